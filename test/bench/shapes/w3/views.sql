-- view: result
SELECT region, count(*) AS sales, sum(amount) AS total, avg(amount) AS mean FROM sales GROUP BY region
