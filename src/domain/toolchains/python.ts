import { snakePathOf } from '../names.js';
import { isPythonKeyword, isPythonModule } from './python-names.js';
import type { Toolchain } from './toolchain.js';

/** Modules run by pytest; `billing.money` is `src/billing/money.py`. */
export const python: Toolchain = {
  implementationPath: (context, component) => `src/${snakePathOf(context)}/${snakePathOf(component)}.py`,
  testPath(context, component) {
    const [file, ...folders] = [...snakePathOf(context).split('/'), ...snakePathOf(component).split('/')].reverse();
    return `test/${folders.reverse().join('/')}/test_${file}.py`;
  },
  // Not `-o pythonpath=src`: that replaces the project's own, and is taken from the folder of whichever pytest.ini or
  // pyproject.toml is found first, which may lie above the workspace.
  // -B: Python takes a .pyc for current when time in seconds and size agree, which two quick edits do.
  // importlib: two tests of one file name in different folders, without an __init__.py in each.
  // Without logPath: why a file did not load stands in the report.
  testArgv: (testPath, reportPath) => [
    'env',
    'PYTHONPATH=src',
    'python3',
    '-B',
    '-m',
    'pytest',
    '--color=no',
    '--tb=short',
    '-p',
    'no:cacheprovider',
    '--import-mode=importlib',
    `--junitxml=${reportPath}`,
    testPath,
  ],
  // 2: a file did not load; 3: it ended the program; 5: it has no tests.
  okExitCodes: [0, 1, 2, 3, 5],
  saysMissing(text, context, component) {
    const errors = errorLines(text);
    return errors.length > 0 && errors.every((line) => namesModule(line, moduleName(context, component)));
  },
  nameFault(kind, name) {
    const parts = snakePathOf(name).split('/');
    const keyword = parts.find(isPythonKeyword);
    if (keyword !== undefined) return `the module ${parts.join('.')}, and "${keyword}" is a keyword of Python`;
    const [first = ''] = parts;
    if (kind === 'component' || !isPythonModule(first)) return null;
    return `the package ${first}, and Python or pytest has a module of that name`;
  },
  fileHidesFolder: true,
};

function moduleName(context: string, component: string): string {
  return `${snakePathOf(context)}/${snakePathOf(component)}`.replaceAll('/', '.');
}

/** pytest marks what was raised, and what was asserted, with an `E`; without (`--tb=native`) an error is known by its name. */
function errorLines(text: string): readonly string[] {
  const marked = text.match(/^E\s.*$/gm)?.map((line) => line.slice(1).trim()) ?? [];
  return marked.length > 0 ? marked : (text.match(/^[A-Za-z_][\w.]*(?:Error|Exception)(?=:|$).*$/gm) ?? []);
}

/** The module itself, or a package that it is in. */
function namesModule(error: string, module: string): boolean {
  const absent = /^ModuleNotFoundError: No module named '([\w.]+)'$/.exec(error)?.[1];
  if (absent !== undefined) return module === absent || module.startsWith(`${absent}.`);
  const [, name, parent] = /^ImportError: cannot import name '(\w+)' from '([\w.]+)'/.exec(error) ?? [];
  return name !== undefined && `${parent}.${name}` === module;
}
