-- What a person is called in one project is no other project's to read or to change. Null: written by an earlier release, which
-- has the name in `users`.
ALTER TABLE memberships ADD name text;
-- Forced row level security holds for the owner of the tables too.
ALTER TABLE memberships NO FORCE ROW LEVEL SECURITY;
ALTER TABLE users NO FORCE ROW LEVEL SECURITY;
UPDATE memberships m SET name = u.name FROM users u WHERE u.account_id = m.account_id AND u.user_id = m.user_id;
ALTER TABLE memberships FORCE ROW LEVEL SECURITY;
ALTER TABLE users FORCE ROW LEVEL SECURITY;
