-- What an administrator does once in database chatapp, before the services come: a role and a schema for each service
-- that keeps data. The passwords are for development.
CREATE ROLE authentication LOGIN PASSWORD 'authentication';
CREATE ROLE persistence LOGIN PASSWORD 'persistence';
-- Migrations say CREATE SCHEMA IF NOT EXISTS, which needs the right even where the schema exists.
GRANT CREATE, CONNECT ON DATABASE chatapp TO authentication, persistence;
CREATE SCHEMA auth AUTHORIZATION authentication;
CREATE SCHEMA chat AUTHORIZATION persistence;
-- So that `select * from messages` works in psql for whoever logs in as that role. Never for the whole database: what a service
-- puts into its schema would be called by a superuser too.
ALTER ROLE persistence IN DATABASE chatapp SET search_path = chat, public;
ALTER ROLE authentication IN DATABASE chatapp SET search_path = auth, public;
