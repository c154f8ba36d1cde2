\set line random(1, 490)
\set product random(1, 22)
BEGIN;
UPDATE line SET product = :product WHERE id BETWEEN :line AND :line + 5;
SELECT tview_flush();
UPDATE line SET quantity = (quantity + 3) % 10 WHERE id BETWEEN :line AND :line + 5;
COMMIT;
