-- single: pay or owe
UPDATE invoices SET paid = NOT paid WHERE invoice_id = :invoice;
-- single: insert invoice
INSERT INTO invoices VALUES (10000000 + :i, 1 + :i % (100000 * :size)::bigint, false);
-- single: delete invoice
DELETE FROM invoices WHERE invoice_id = 10000000 + :i;
