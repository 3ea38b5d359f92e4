# Read by the image's entrypoint when the data directory is new: a database and a user for each service, and nobody else lets
# himself into it.
for service in intake triage notify reporting; do
  password=${service^^}_PASSWORD
  psql --set ON_ERROR_STOP=1 --set service="$service" --set password="${!password}" --username "${POSTGRES_USER:-postgres}" \
    --dbname postgres --no-psqlrc --quiet <<'SQL'
CREATE ROLE :"service" LOGIN PASSWORD :'password';
CREATE DATABASE :"service" OWNER :"service";
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
SQL
done
