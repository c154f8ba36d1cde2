-- view: result
SELECT o.order_id, o.customer, count(*) AS lines, sum(l.quantity * s.price) AS total
FROM orders o JOIN lines l ON l.order_id = o.order_id JOIN skus s ON s.sku_id = l.sku_id GROUP BY o.order_id, o.customer
