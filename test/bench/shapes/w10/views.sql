-- view: order_totals
SELECT o.order_id, o.customer_id, o.region, sum(l.amount) AS total
FROM orders o JOIN lines l ON l.order_id = o.order_id GROUP BY o.order_id, o.customer_id, o.region
-- view: customer_totals
SELECT customer_id, region, count(*) AS orders, sum(total) AS total FROM order_totals GROUP BY customer_id, region
-- view: result
SELECT region, count(*) AS customers, sum(total) AS total FROM customer_totals GROUP BY region
