-- The role that serves. It owns no table, so it cannot switch off what guards the audit log.
-- As the owner, after each migrate: psql --set=password=… --file=roles.sql dayrade
SELECT 'CREATE ROLE dayrade_service LOGIN'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'dayrade_service') \gexec
ALTER ROLE dayrade_service PASSWORD :'password';
GRANT USAGE ON SCHEMA public TO dayrade_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO dayrade_service;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO dayrade_service;
REVOKE UPDATE, DELETE ON audit_logs, dayrade_audit_chain FROM dayrade_service;
