import { finalize } from './finalize.js';
import { fixImplementation, generateImplementation } from './implementation.js';
import { initialize } from './initialize.js';
import { runTests } from './run-tests.js';
import { spawnComponentCodingSessions } from './spawn-component-coding-sessions.js';
/** Every implemented step by the name the route tables use. */
export const STEPS = {
    Initialize: initialize,
    GenerateImplementation: generateImplementation,
    RunTests: runTests,
    FixImplementation: fixImplementation,
    SpawnComponentCodingSessions: spawnComponentCodingSessions,
    Finalize: finalize,
};
