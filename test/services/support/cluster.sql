CREATE ROLE app_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA app TO app_reader;
ALTER ROLE app_reader SET search_path = app;
