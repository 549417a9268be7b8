const { builtinModules } = require('node:module');
const LAW = require('./.import-law.cjs');

const escaped = (text) => text.replaceAll('.', '\\.');
const inSource = (name) => (name.endsWith('.ts') ? `^src/${escaped(name)}$` : `^src/${name}/`);

/** Where an entry of the law resolves to. */
function placeOf(entry) {
  if (Object.hasOwn(LAW, entry)) return inSource(entry);
  if (entry === 'node:*') return `^(node:)?(${builtinModules.join('|')})$`;
  if (entry.startsWith('node:')) return `^(node:)?${entry.slice('node:'.length)}$`;
  return `node_modules/(@types/)?${escaped(entry)}/`;
}

const rows = Object.entries(LAW).filter(([, allowed]) => !allowed.includes('*'));
const roots = Object.keys(LAW).filter((name) => LAW[name].includes('*'));

module.exports = {
  forbidden: [
    ...rows.map(([name, allowed]) => ({
      name: `law-of-${name}`,
      severity: 'error',
      from: { path: inSource(name) },
      to: { pathNot: [inSource(name), ...allowed.map(placeOf)] },
    })),
    {
      name: 'a-place-in-the-law',
      comment: 'Every file of src has a row in .import-law.cjs.',
      severity: 'error',
      from: { path: '^src/', pathNot: Object.keys(LAW).map(inSource) },
      to: {},
    },
    {
      name: 'roots-are-roots',
      severity: 'error',
      from: { path: '^src/', pathNot: roots.map(inSource) },
      to: { path: roots.map(inSource) },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
