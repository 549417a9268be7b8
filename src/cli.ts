#!/usr/bin/env node
import { nodeFault } from './dev/node-version.js';

// Before anything else is loaded: an old Node would fail on syntax instead of saying what is wrong.
const fault = nodeFault(process.versions.node);
if (fault === null) {
  await import('./command-line.js');
} else {
  process.stderr.write(`specwright: ${fault}\n`);
  process.exitCode = 2;
}
