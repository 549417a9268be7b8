CREATE TABLE contexts (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  description text NOT NULL,
  PRIMARY KEY (account_id, project_id, name),
  FOREIGN KEY (account_id, project_id) REFERENCES projects
);
SELECT sw_protect('contexts', true, 'SELECT, INSERT, UPDATE');

CREATE TABLE components (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  context text NOT NULL,
  type text NOT NULL,
  description text NOT NULL,
  priority integer NOT NULL,
  PRIMARY KEY (account_id, project_id, name),
  FOREIGN KEY (account_id, project_id, context) REFERENCES contexts
);
CREATE INDEX components_by_context ON components (account_id, project_id, context);
SELECT sw_protect('components', true, 'SELECT, INSERT, UPDATE');

CREATE TABLE component_dependencies (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  component text NOT NULL,
  depends_on text NOT NULL,
  PRIMARY KEY (account_id, project_id, component, depends_on),
  FOREIGN KEY (account_id, project_id, component) REFERENCES components,
  FOREIGN KEY (account_id, project_id, depends_on) REFERENCES components,
  CHECK (component <> depends_on)
);
SELECT sw_protect('component_dependencies', true, 'SELECT, INSERT, DELETE');

CREATE TABLE stories (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  context text NOT NULL,
  title text NOT NULL,
  body text NOT NULL,
  acceptance_criteria jsonb NOT NULL CHECK (jsonb_typeof(acceptance_criteria) = 'array'),
  PRIMARY KEY (account_id, project_id, context, title),
  FOREIGN KEY (account_id, project_id, context) REFERENCES contexts
);
SELECT sw_protect('stories', true, 'SELECT, INSERT, UPDATE');

CREATE TABLE rules (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  name text NOT NULL,
  component_type text NOT NULL,
  session_type text NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (account_id, project_id, name),
  FOREIGN KEY (account_id, project_id) REFERENCES projects
);
SELECT sw_protect('rules', true, 'SELECT, INSERT, UPDATE');
