import { expect, test } from '@jest/globals';
import { parseDocument } from '../../src/documents/parse-document.js';
import { declaredRuleFiles, formatProjectErrors, parseProjectFile } from '../../src/schemas/project-file.js';
import type { RuleFiles } from '../../src/schemas/project-rules.js';
import { changed, errorsOf, SMALL } from './project-file-fixtures.js';

const FORGE = 'toolchain: node\n  forge:\n    type: github\n    repository: acme/shop';
const forgeOf = (text: string): unknown => {
  const parsed = parseProjectFile(SMALL.replace('toolchain: node', text), 'specwright.yaml');
  return parsed.ok ? parsed.model.project.forge : formatProjectErrors(parsed.errors);
};

test('a forge has the address of its public API unless another one is given', () => {
  const repository = 'acme/shop';
  expect(forgeOf('toolchain: node')).toBeNull();
  expect(forgeOf(FORGE)).toEqual({ type: 'github', repository, apiUrl: 'https://api.github.com' });
  const gitlab = FORGE.replace('github', 'gitlab').replace(repository, 'acme/web/shop');
  expect(forgeOf(gitlab)).toEqual({
    type: 'gitlab',
    repository: 'acme/web/shop',
    apiUrl: 'https://gitlab.com/api/v4',
  });
  for (const apiUrl of ['https://git.example.org/api/v3', 'http://localhost:3000/api', 'http://127.0.0.1:3000']) {
    expect(forgeOf(`${FORGE}\n    apiUrl: ${apiUrl}/`)).toEqual({ type: 'github', repository, apiUrl });
  }
});

test.each([
  ['http://git.example.org/api', 'is http, which everybody on the way can read'],
  ['http://localhost.example.org/', 'is http'],
  ['ftp://example.org/', 'has the scheme ftp://'],
  ['https://ghp_token@example.org/', 'holds credentials'],
  ['https://ada:secret@example.org/', 'holds credentials'],
  ['https://example.org/?private_token=x', 'where tokens hide'],
  ['https://exa mple.org/', 'is not a URL'],
  ['"https:\\\\\\\\example.org"', 'is not a URL'],
  ['api.github.com', 'is not a URL'],
])('the API address %s is refused', (apiUrl, message) => {
  const [error] = changed('toolchain: node', `${FORGE}\n    apiUrl: ${apiUrl}`);
  expect(error).toMatch(/^specwright\.yaml:8:13: project\.forge\.apiUrl .*; expected an https URL/);
  expect(error).toContain(message);
});

test.each([
  ['github', 'shop', 'has no owner; expected owner/name'],
  ['github', 'acme/web/shop', 'has more than an owner and a name; expected owner/name'],
  ['github', 'acme/shop.git', 'ends with .git'],
  ['github', '../shop', 'is not the path of a repository'],
  ['github', 'https://github.com/acme/shop', 'is not the path of a repository'],
  ['gitlab', 'acme/-/shop', 'is not the path of a repository; expected group/name'],
  ['gitlab', 'acme//shop', 'is not the path of a repository'],
])('the %s repository %s is refused', (type, repository, message) => {
  const text = FORGE.replace('github', type).replace('acme/shop', repository);
  const [error] = changed('toolchain: node', text);
  expect(error).toMatch(/^specwright\.yaml:7:17: project\.forge\.repository /);
  expect(error).toContain(message);
});

test('an unknown forge, a key too many and a missing one are named', () => {
  expect(changed('toolchain: node', FORGE.replace('github', 'gitea'))[0]).toMatch(
    /^specwright\.yaml:6:11: project\.forge\.type is "gitea"; expected one of github, gitlab/,
  );
  expect(changed('toolchain: node', `${FORGE}\n    token: abc`)[0]).toMatch(
    /:8:5: project\.forge\.token is not a known key; expected one of type, repository, apiUrl$/,
  );
  expect(changed('toolchain: node', FORGE.replace(/\n.*repository.*/, ''))[0]).toMatch(
    /:6:5: project\.forge\.repository is missing; expected text$/,
  );
});

test('bounds of the project are kept, and checked by name and range', () => {
  const bounds = (text: string): string => `toolchain: node\n  bounds: ${text}`;
  const parsed = parseProjectFile(SMALL.replace('toolchain: node', bounds('{agent: 5, rounds: 1}')), 'f');
  expect(parsed).toMatchObject({ ok: true, model: { project: { bounds: { agent: 5, rounds: 1 } } } });
  expect(parseProjectFile(SMALL, 'f')).toMatchObject({ ok: true, model: { project: { bounds: {} } } });
  const refused = (text: string): string | undefined => changed('toolchain: node', bounds(text))[0];
  expect(refused('{agents: 5}')).toBe(
    'specwright.yaml:5:12: project.bounds.agents is not a known key; expected agent, if that was meant',
  );
  expect(refused('{agent: 0}')).toBe('specwright.yaml:5:19: project.bounds.agent is too small; expected at least 1');
  expect(refused('{agent: 101}')).toMatch(/:5:19: project\.bounds\.agent is too large; expected at most 100$/);
  expect(refused('{agent: 1.5}')).toMatch(/:5:19: project\.bounds\.agent .*expected a whole number$/);
  expect(refused('many')).toMatch(/:5:11: project\.bounds is text; expected a mapping/);
});

const CUSTOM = `toolchain:
    custom:
      implementation: lib/{context_snake}/{component_snake}.ex
      test: test/{context_snake}/{component_snake}_test.exs
      testArgv: [run, '{test}', '{report}']
      missing: ['module {component_module} is not available']`;

test('a custom toolchain is kept as it is written', () => {
  expect(parseProjectFile(SMALL.replace('toolchain: node', CUSTOM), 'f')).toMatchObject({
    ok: true,
    model: {
      project: {
        toolchain: {
          implementation: 'lib/{context_snake}/{component_snake}.ex',
          test: 'test/{context_snake}/{component_snake}_test.exs',
          testArgv: ['run', '{test}', '{report}'],
          missing: ['module {component_module} is not available'],
        },
      },
    },
  });
  expect(parseProjectFile(SMALL.replace('toolchain: node', 'toolchain: python'), 'f')).toMatchObject({
    ok: true,
    model: { project: { toolchain: 'python' } },
  });
});

test('what is wrong inside a custom toolchain is named at its place', () => {
  const refused = (from: string, to: string): string | undefined =>
    changed('toolchain: node', CUSTOM.replace(from, to))[0];
  expect(refused('test/{context_snake}', 'test/{contxt}')).toMatch(
    /^specwright\.yaml:7:13: project\.toolchain\.custom\.test has the unknown placeholder \{contxt\}; expected one of \{context\}, /,
  );
  expect(refused("'{report}'", "'{reports}'")).toMatch(
    /:8:33: project\.toolchain\.custom\.testArgv\[2\] has the unknown placeholder \{reports\}; expected one of \{test\}, \{report\}, \{log\}$/,
  );
  expect(refused("'module {component_module} is", "'module is")).toMatch(
    /:9:17: project\.toolchain\.custom\.missing\[0\] does not name the component; expected one of \{component\}, /,
  );
  expect(refused('testArgv:', 'argv:')).toMatch(/custom\.testArgv is missing|custom\.argv is not a known key/);
  expect(refused('missing:', 'mising:')).toMatch(
    /:9:7: .*custom\.mising is not a known key; expected missing, if that/,
  );
  expect(changed('toolchain: node', 'toolchain: 7')[0]).toMatch(
    /:4:14: project\.toolchain is a number; expected one of node, python$/,
  );
  expect(changed('toolchain: node', 'toolchain: {costum: {}}')[0]).toMatch(
    /project\.toolchain\.(custom is missing|costum is not a known key; expected custom)/,
  );
});

test('names that the toolchain cannot have beside each other are refused', () => {
  const python = SMALL.replace('toolchain: node', 'toolchain: python').replace('[Money]', '[]');
  expect(errorsOf(python.replace('name: Invoice', 'name: Money.Rate'))[0]).toMatch(
    /^specwright\.yaml:13:15: .* is "Money\.Rate", which cannot be imported beside "Money": a module hides the folder/,
  );
  expect(errorsOf(SMALL.replace('[Money]', '[]').replace('name: Invoice', 'name: Money.Rate'))).toEqual([]);
  expect(errorsOf(python.replace('name: Billing', 'name: Calendar'))[0]).toMatch(
    /^specwright\.yaml:7:11: contexts\[0\]\.name is "Calendar", which would be the package calendar/,
  );
  expect(errorsOf(python.replace('name: Money', 'name: Import'))[0]).toMatch(
    /:10:15: .*"import" is a keyword of Python/,
  );
  const custom = CUSTOM.replace('{context_snake}/{component_snake}.ex', '{component_snake}.ex');
  const two = `${SMALL.replace('toolchain: node', custom).replace('rules: []', '')}  - name: Tax
    description: d
    components: [{ name: Rate, type: t, description: d }]
  - name: Customs
    description: d
    components: [{ name: rate, type: t, description: d }]
`;
  expect(errorsOf(two)[0]).toMatch(/is "rate", whose files are those of "Rate" \(lib\/rate\.ex\); expected a name/);
});

test('contexts may need each other, but not in a circle, and only those there are', () => {
  const two = (own: string, other: string): string =>
    SMALL.replace('description: Bills.', `description: Bills.\n    dependsOn: ${own}`).replace(
      'rules: []',
      `  - name: Stock\n    description: d\n    dependsOn: ${other}`,
    );
  expect(parseProjectFile(two('[]', '[Billing]'), 'f')).toMatchObject({
    ok: true,
    model: { contexts: [{ dependsOn: [] }, { name: 'Stock', dependsOn: ['Billing'] }] },
  });
  expect(errorsOf(two('[Stock]', '[Billing]'))).toEqual([
    'specwright.yaml:9:17: contexts[0].dependsOn[0] closes a cycle: Billing → Stock → Billing; ' +
      'expected dependencies without a cycle',
  ]);
  expect(errorsOf(two('[]', '[Biling]'))[0]).toMatch(
    /contexts\[1\]\.dependsOn\[0\] is "Biling", which no context is called; expected Billing, if that was meant$/,
  );
  expect(errorsOf(two('[]', '[Money]'))[0]).toMatch(
    /is "Money", which no context is called; expected the name of a con/,
  );
  expect(errorsOf(two('[]', '[Billing, Billing]'))[0]).toMatch(/dependsOn\[1\] is "Billing" a second time/);
});

const withRules = (rules: string): string => SMALL.replace('rules: []', `rules:\n${rules}`);
const RULE = '---\ncomponentType: value\nsessionType: *\n---\n# Cents\n\nWhole cents.\n';
const ruleFiles = (texts: Readonly<Record<string, string>>): RuleFiles =>
  new Map(Object.entries(texts).map(([path, text]) => [path, parseDocument('rule', text)]));

test('a rule may stand in a file of its own, named by its title or its path', () => {
  const text = withRules('  - file: docs/rules/cents.md\n  - { file: plain.md }\n  - { name: n, text: t }');
  expect(declaredRuleFiles(text)).toEqual(['docs/rules/cents.md', 'plain.md']);
  const files = ruleFiles({ 'docs/rules/cents.md': RULE, 'plain.md': RULE.replace('# Cents', 'Cents') });
  const parsed = parseProjectFile(text, 'f', files);
  expect(parsed).toMatchObject({
    ok: true,
    model: {
      rules: [
        { name: 'Cents', componentType: 'value', sessionType: '*', text: '# Cents\n\nWhole cents.' },
        { name: 'plain.md', text: 'Cents\n\nWhole cents.' },
        { name: 'n', componentType: '*', sessionType: '*', text: 't' },
      ],
    },
  });
  expect(declaredRuleFiles('project: [')).toEqual([]);
});

test('what is wrong with the file of a rule is named in that file, with its line and fix', () => {
  const parsed = parseProjectFile(
    withRules('  - file: docs/x.md'),
    '/repos/shop/specwright.yaml',
    ruleFiles({ 'docs/x.md': RULE.replace('sessionType: *', 'sessionType: codin') }),
  );
  if (parsed.ok) throw new Error('accepted');
  expect(formatProjectErrors(parsed.errors)).toMatch(
    /^\/repos\/shop\/docs\/x\.md:3:1: sessionType is "codin"; write \* or one of contextDesign/,
  );
});

test('a rule whose file is missing, outside, or declared by halves is refused at its place', () => {
  const refused = (rules: string, files: RuleFiles = new Map()): readonly string[] => {
    const parsed = parseProjectFile(withRules(rules), 'specwright.yaml', files);
    return parsed.ok ? [] : formatProjectErrors(parsed.errors).split('\n');
  };
  const gone: RuleFiles = new Map([['x.md', { ok: false, unreadable: 'cannot be read' }]]);
  expect(refused('  - file: x.md', gone)).toEqual([
    'specwright.yaml:18:11: rules[0].file is "x.md", and cannot be read; expected a markdown file with front matter',
  ]);
  expect(refused('  - file: ../x.md')[0]).toMatch(
    /:18:11: rules\[0\]\.file is no path below this file; expected a rel/,
  );
  expect(refused('  - file: /etc/passwd')[0]).toMatch(/rules\[0\]\.file is no path below this file/);
  expect(refused('  - file: x.md\n    sessionType: "*"')[0]).toMatch(
    /:19:18: rules\[0\]\.sessionType stands beside `file`; expected it in x\.md$/,
  );
  expect(refused('  - sessionType: "*"')).toEqual([
    'specwright.yaml:18:5: rules[0].name is missing; expected text, or only `file`',
    'specwright.yaml:18:5: rules[0].text is missing; expected text, or only `file`',
  ]);
  const twice = '  - file: a.md\n  - file: b.md';
  expect(refused(twice, ruleFiles({ 'a.md': RULE, 'b.md': RULE }))[0]).toMatch(
    /:19:11: rules\[1\]\.file is "Cents" a second time; expected a name of its own$/,
  );
});
