-- Scenario 98: row-level security. A policy that would filter what maintenance reads is refused, one that cannot is not.
CREATE SCHEMA analysis_row_security;
SET search_path = analysis_row_security, public;
SET client_min_messages = warning;
\i test/lib/attempt.sql
\pset format unaligned
\pset tuples_only on

CREATE ROLE regress_ledger_owner;
CREATE ROLE regress_ledger_reader;
GRANT USAGE, CREATE ON SCHEMA analysis_row_security TO regress_ledger_owner, regress_ledger_reader;

CREATE TABLE ledger (id int PRIMARY KEY, tenant text);
CREATE TABLE membership (tenant text, member text);
INSERT INTO ledger VALUES (1, 'a'), (2, 'b');
ALTER TABLE ledger OWNER TO regress_ledger_owner;
ALTER TABLE membership OWNER TO regress_ledger_owner;
GRANT SELECT, TRIGGER ON ledger, membership TO regress_ledger_reader;
ALTER TABLE ledger ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON ledger USING (tenant = current_setting('app.tenant', true));
CREATE POLICY joined ON ledger USING (EXISTS (SELECT FROM membership AS m WHERE m.tenant = ledger.tenant));

-- the owner and superusers are not filtered
SELECT attempt('SELECT id, tenant FROM ledger');
SET ROLE regress_ledger_owner;
SELECT attempt('SELECT id, tenant FROM ledger');

-- everybody else is, also when no policy reads the session
SET ROLE regress_ledger_reader;
SELECT attempt('SELECT id, tenant FROM ledger');
SELECT attempt('SELECT id, tenant FROM ledger', 'manual');
RESET ROLE;
DROP POLICY tenant ON ledger;
SET ROLE regress_ledger_reader;
SELECT attempt('SELECT count(*) FROM ledger');
SELECT tview_create('filtered', 'SELECT id FROM ledger');

-- FORCE filters the owner as well
RESET ROLE;
ALTER TABLE ledger FORCE ROW LEVEL SECURITY;
SET ROLE regress_ledger_owner;
SELECT attempt('SELECT id, tenant FROM ledger');
RESET ROLE;
ALTER TABLE ledger NO FORCE ROW LEVEL SECURITY;

-- a view is read as its owner, unless it says otherwise
CREATE VIEW of_owner AS SELECT id FROM ledger;
ALTER VIEW of_owner OWNER TO regress_ledger_owner;
CREATE VIEW of_caller WITH (security_invoker = true) AS SELECT id FROM ledger;
GRANT SELECT ON of_owner, of_caller TO regress_ledger_reader;
SET ROLE regress_ledger_reader;
SELECT attempt('SELECT id FROM of_owner');
SELECT attempt('SELECT id FROM of_caller');
RESET ROLE;

-- the policies on the TVIEW itself hide rows from readers, not from maintenance
SET ROLE regress_ledger_owner;
SELECT tview_create('open_ledger', 'SELECT id, tenant FROM ledger');
ALTER TABLE open_ledger ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON open_ledger USING (tenant = current_setting('app.tenant', true));
GRANT SELECT ON open_ledger TO regress_ledger_reader;
GRANT INSERT ON ledger TO regress_ledger_reader;
CREATE POLICY anybody ON ledger FOR INSERT WITH CHECK (true);
SET ROLE regress_ledger_reader;
SET app.tenant = 'b';
INSERT INTO ledger VALUES (3, 'a'), (4, 'b');
SELECT * FROM open_ledger ORDER BY id;
RESET ROLE;
SELECT * FROM open_ledger ORDER BY id;
SELECT * FROM tview_verify('open_ledger');

DROP SCHEMA analysis_row_security CASCADE;
DROP ROLE regress_ledger_owner, regress_ledger_reader;
