/**
 * State of one lease in the catalogs that all databases share, by its name: one row of one text.
 *
 * Between its check and its hand-out a database allows no connections, not even the superuser's; allowing them writes its row anew. So
 * as long as the row is the same one (xmin names the transaction that wrote it), nobody can have been inside, and nothing in it can
 * differ from what was checked.
 */
export const LEASE_QUERY = `SELECT concat_ws(' ', d.xmin, r.xmin,
    (SELECT count(*) FROM pg_auth_members m WHERE r.oid IN (m.member, m.roleid)),
    (SELECT string_agg(s::text, ' ' ORDER BY s.setrole) FROM pg_db_role_setting s WHERE s.setdatabase = d.oid OR s.setrole = r.oid),
    (SELECT count(*) FROM pg_shdescription c WHERE c.objoid IN (d.oid, r.oid))) AS state
  FROM pg_database d, pg_authid r WHERE d.datname = $1 AND r.rolname = $1`;
