-- single: update line (three levels)
UPDATE lines SET amount = 1 + (amount + 1) % 100 WHERE line_id = :line;
-- bulk: update 1,000 lines (three levels)
UPDATE lines SET amount = 1 + (amount + 1) % 100 WHERE line_id <= 1000;
