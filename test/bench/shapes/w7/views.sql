-- view: result
SELECT p.product_id, p.name, p.price, p.category_id, c.name AS category, p.supplier_id, s.name AS supplier, i.quantity, r.reviews, r.stars
FROM products p JOIN categories c ON c.category_id = p.category_id JOIN suppliers s ON s.supplier_id = p.supplier_id
LEFT JOIN inventory i ON i.product_id = p.product_id
LEFT JOIN (SELECT product_id, count(*) AS reviews, sum(stars) AS stars FROM reviews GROUP BY product_id) r ON r.product_id = p.product_id
