-- The names of the migrations, for `specwright doctor`, which is not the owner.
GRANT SELECT ON pgmigrations TO sw_rw, sw_ro;
