import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { formatProjectErrors, parseProjectFile } from '../../src/schemas/project-file.js';
import { changed, errorsOf, SMALL } from './project-file-fixtures.js';

const example = readFileSync(new URL('../../examples/shop/specwright.yaml', import.meta.url), 'utf8');

test('the example is read into the project model', () => {
  const parsed = parseProjectFile(example, '/repos/shop/specwright.yaml');
  if (!parsed.ok) throw new Error(formatProjectErrors(parsed.errors));
  expect(parsed.model.project).toMatchObject({ name: 'shop', remote: '/repos/shop.git', defaultBranch: 'main' });
  expect(parsed.model.components.map(({ name, context, dependsOn }) => ({ name, context, dependsOn }))).toEqual([
    { name: 'Money', context: 'Billing', dependsOn: [] },
    { name: 'Invoice', context: 'Billing', dependsOn: ['Money'] },
    { name: 'Receipt', context: 'Billing', dependsOn: ['Money'] },
  ]);
  expect(parsed.model.stories.every(({ acceptanceCriteria }) => acceptanceCriteria.length > 0)).toBe(true);
  expect(parsed.model.rules[0]).toMatchObject({ componentType: '*', sessionType: '*' });
});

test('what is left out gets its default', () => {
  const parsed = parseProjectFile(SMALL, 'specwright.yaml');
  expect(parsed).toMatchObject({
    ok: true,
    model: { project: { defaultBranch: 'main' }, components: [{ priority: 0, dependsOn: [] }, {}], stories: [] },
  });
});

test('text that is not YAML is refused with its line', () => {
  expect(changed('  name: shop', '  name: [shop')[0]).toMatch(/^specwright\.yaml:\d+:\d+: .*; expected valid YAML$/);
  expect(changed('  name: shop', '  name: shop\n  name: again')[0]).toMatch(/^specwright\.yaml:3:3: .*unique/);
  expect(changed('  name: shop', '  name: !!js/function x')[0]).toMatch(/^specwright\.yaml:2:9: Unresolved tag/);
  expect(errorsOf('')[0]).toMatch(/^specwright\.yaml:1:1: is empty; expected a mapping/);
});

test('an unknown key is refused at its place, with the nearest known one', () => {
  expect(changed('        dependsOn:', '        dependson:')).toEqual([
    'specwright.yaml:16:9: contexts[0].components[1].dependson is not a known key; expected dependsOn, if that was meant',
  ]);
  expect(changed('rules: []', 'qqqqqqqqqqqqqqqqq: []')[0]).toMatch(
    /:17:1: .*expected one of project, contexts, rules$/,
  );
  expect(changed('rules: []', '__proto__: {}')[0]).toMatch(/:17:1: __proto__ is not a known key/);
});

test('a missing or mistyped field is named with what was expected', () => {
  expect(changed('  name: shop\n', '')).toEqual(['specwright.yaml:2:3: project.name is missing; expected text']);
  expect(changed('name: Money', 'name: 17')[0]).toBe(
    'specwright.yaml:10:15: contexts[0].components[0].name is a number; expected text',
  );
  expect(changed('toolchain: node', 'toolchain: nodes')[0]).toBe(
    'specwright.yaml:4:14: project.toolchain is "nodes"; expected one of node, python; perhaps node',
  );
  expect(changed('dependsOn: [Money]', 'dependsOn: Money')[0]).toMatch(/:16:20: .* is text; expected a list$/);
  expect(changed('type: value', 'type: value\n        priority: 1.5')[0]).toMatch(
    /priority .*; expected a whole number$/,
  );
  expect(changed('description: A shop.', "description: ''")[0]).toMatch(/is empty; expected some text$/);
});

test('a rule for an unknown session type is refused with the nearest', () => {
  const rules = 'rules:\n  - { name: a, sessionType: componentCodin, text: t }';
  expect(changed('rules: []', rules)[0]).toMatch(
    /:18:29: rules\[0\]\.sessionType is "componentCodin".*perhaps componentCoding$/,
  );
});

test('a dependency cycle is named from end to end', () => {
  const text = SMALL.replace('description: Amounts.', 'description: Amounts.\n        dependsOn: [Invoice]');
  expect(errorsOf(text)).toEqual([
    'specwright.yaml:13:21: contexts[0].components[0].dependsOn[0] closes a cycle: Money → Invoice → Money; ' +
      'expected dependencies without a cycle',
  ]);
  expect(changed('[Money]', '[Invoice]')[0]).toMatch(/closes a cycle: Invoice → Invoice;/);
});

test('an unknown or repeated dependency is refused', () => {
  expect(changed('[Money]', '[Mony]')[0]).toMatch(/is "Mony", which no component is called; expected Money, if that/);
  expect(changed('[Money]', '[Money, Money]')[0]).toMatch(/dependsOn\[1\] is "Money" a second time/);
});

test('two names that give one file are refused, and the same name twice', () => {
  const twin = (name: string): readonly string[] =>
    changed('    components:\n', `    components:\n      - { name: ${name}, type: t, description: d }\n`);
  expect(twin('money')[0]).toMatch(/name is "Money", whose files are those of "money" \(billing\/money\)/);
  expect(twin('Money')[0]).toMatch(/name is "Money" a second time/);
});

test('names across contexts that give one file are refused', () => {
  const two = changed(
    'rules: []',
    '  - name: Billing.Tax\n    description: d\n    components: [{ name: Rate, type: t, description: d }]\n' +
      '  - name: Tax\n    description: d\n    components: []\nrules: []',
  );
  expect(two).toEqual([]);
  const colliding = SMALL.replace('name: Money', 'name: Tax.Rate')
    .replace('[Money]', '[]')
    .replace(
      'rules: []',
      '  - name: Billing.Tax\n    description: d\n    components: [{ name: Rate, type: t, description: d }]',
    );
  expect(errorsOf(colliding)[0]).toMatch(/whose files are those of "Tax\.Rate" \(billing\/tax\/rate\)/);
});

test.each([
  '"$(reboot)"',
  '"a; rm -rf /"',
  '-rf',
  '../up',
  '"a\\nb"',
  'Größe',
  '"it\'s"',
  '"a\\0b"',
  '"\\uD800"',
  '.git',
])('the component name %s is refused by name', (name) => {
  const [error] = changed('name: Money', `name: ${name}`);
  expect(error).toMatch(/^specwright\.yaml:10:15: contexts\[0\]\.components\[0\]\.name must be letters/);
});

test.each([
  ['--upload-pack=touch x', 'starts with a dash'],
  ['ext::sh -c touch% x', 'remote helper'],
  ['fd::17', 'remote helper'],
  ['https://ada:secret@example.org/x.git', 'holds a password'],
  ['https://ghp_token@example.org/x.git', 'holds credentials'],
  ['https://example.org/x.git?private_token=abc', 'where tokens hide'],
  ['ssh://-oProxyCommand=sh/x', 'no usable host|not a URL'],
  ['ssh://git@-oProxyCommand=sh/x', 'no usable host|not a URL'],
  ['git@-oProxyCommand=sh:x', 'no usable host'],
  ['-x@example.org:a', 'starts with a dash'],
  ['javascript://x/y', 'has the scheme'],
])('the remote %s is refused', (remote, message) => {
  expect(changed('https://example.org/shop.git', JSON.stringify(remote))[0]).toMatch(
    new RegExp(`^specwright\\.yaml:5:11: project\\.remote .*(${message})`),
  );
});

test.each([
  ['https://example.org/x.git', 'https://example.org/x.git'],
  ['ssh://git@example.org:2222/x.git', 'ssh://git@example.org:2222/x.git'],
  ['git@example.org:team/x.git', 'git@example.org:team/x.git'],
  ['file:///srv/x.git', 'file:///srv/x.git'],
  ['/srv/my repos/x.git', '/srv/my repos/x.git'],
  ['../x.git', '/repos/x.git'],
  ['x.git', '/repos/shop/x.git'],
  ['./a:b', '/repos/shop/a:b'],
])('the remote %s is kept or made absolute', (remote, expected) => {
  const text = SMALL.replace('https://example.org/shop.git', JSON.stringify(remote));
  expect(parseProjectFile(text, '/repos/shop/specwright.yaml')).toMatchObject({
    ok: true,
    model: { project: { remote: expected } },
  });
});

test.each(['-x', 'a..b', 'a b', 'refs/heads/x.lock', '"a\\nb"', '""'])('the default branch %s is refused', (branch) => {
  expect(changed('toolchain: node', `toolchain: node\n  defaultBranch: ${branch}`)[0]).toMatch(
    /defaultBranch is not a branch/,
  );
});

test('text that Postgres cannot hold is refused, as it stands or escaped', () => {
  expect(changed('A shop.', 'A \0 shop.')[0]).toMatch(/^specwright\.yaml:3:18: contains U\+0000/);
  expect(changed('A shop.', 'A \uD800 shop.')[0]).toMatch(/^specwright\.yaml:3:18: contains a lone surrogate/);
  expect(changed('A shop.', '"A \\0 shop."')[0]).toMatch(/project\.description contains U\+0000/);
});

test('an alias bomb, a huge file and bottomless nesting end in an error', () => {
  const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]'];
  for (const [index, letter] of [...'bcdefgh'].entries()) {
    bomb.push(`${letter}: &${letter} [${`*${'abcdefg'[index]},`.repeat(9)}]`);
  }
  expect(errorsOf(bomb.join('\n'))[0]).toMatch(/expected YAML that uses its anchors at most 100 times/);
  expect(errorsOf(`# ${'x'.repeat(1024 * 1024)}`)[0]).toMatch(/is larger than/);
  expect(errorsOf('['.repeat(50_000))[0]).toMatch(/:1:\d+: is nested too deeply/);
  expect(errorsOf('- '.repeat(50_000))[0]).toMatch(/:1:\d+: is nested too deeply/);
});

test('errors never carry control characters to the terminal', () => {
  const [error] = changed('toolchain: node', 'toolchain: "\\e[31mred\\a\\u202E"');
  expect(error).not.toMatch(/[\p{Cc}\u202E]/u);
});

test('random text and random changes never crash', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      expect(typeof parseProjectFile(text, 'f').ok).toBe('boolean');
    }),
  );
  fc.assert(
    fc.property(
      fc.nat(SMALL.length),
      fc.nat(20),
      fc.oneof(
        fc.string({ maxLength: 20 }),
        fc.constantFrom('&a', '*a', '- ', ': ', '\n', '{', '[', '!!x', '---\n', '%'),
      ),
      (at, removed, added) => {
        const parsed = parseProjectFile(SMALL.slice(0, at) + added + SMALL.slice(at + removed), 'f');
        if (parsed.ok) return;
        expect(parsed.errors.length).toBeGreaterThan(0);
        for (const { line, column } of parsed.errors) expect(Math.min(line, column)).toBeGreaterThan(0);
      },
    ),
  );
});
