-- view: result
SELECT c.customer_id, c.name FROM customers c
WHERE EXISTS (SELECT 1 FROM invoices i WHERE i.customer_id = c.customer_id AND NOT i.paid)
  AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.customer_id = c.customer_id)
