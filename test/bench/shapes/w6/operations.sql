-- single: update line
UPDATE lines SET quantity = 1 + (quantity + 1) % 9 WHERE line_id = :line;
-- single: update sku (100 lines)
UPDATE skus SET price = 1 + (price + 1) % 100 WHERE sku_id = :sku;
-- bulk: update 100,000 lines
UPDATE lines SET quantity = 1 + (quantity + 1) % 9 WHERE line_id <= 100000 * :size;
-- bulk: update 1,000 skus
UPDATE skus SET price = 1 + (price + 1) % 100 WHERE sku_id <= 1000 * :size;
