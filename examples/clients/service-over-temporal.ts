// A service that runs a session with a connection to Temporal and nothing else: no key, no HTTP, no database.
//
//   npm install specwright @temporalio/client
//   specwright project apply                      # prints the scope
//   SW_SCOPE='{"accountId":…}' TEMPORAL_ADDRESS=localhost:7233 npx tsx service-over-temporal.ts
//
// in a clone of the project's repository. Node 22.18 and newer run it without tsx.
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { createSpecwrightClient, RefusedError, type Scope } from 'specwright/client';
import { carryOut } from './carry-out.js';

const connection = await Connection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? 'localhost:7233' });
const sessions = createSpecwrightClient({ temporal: new Client({ connection }) });
const scope = JSON.parse(process.env['SW_SCOPE'] ?? '{}') as Scope;

// The id is yours: start it again with the same one after a crash, and it is still the same session.
const sessionId = randomUUID();
let next = await sessions.startSessionAndWait(sessionId, {
  scope,
  sessionType: 'componentCoding',
  context: 'Billing',
  component: 'Money',
});

while (next.kind === 'command') {
  const { command } = next;
  console.log(`${command.seq} ${command.title}`);
  // Safe to repeat, from anywhere: the same report gets the first answer.
  const answer = await sessions.submitResult(sessionId, { commandId: command.id, result: carryOut(command, '.') });
  next = answer.next;
}
console.log(`${sessionId} ${next.kind === 'done' ? next.status : `waits for ${next.on}`}`);

// A report that comes too late is refused by name.
const late = await sessions
  .submitResult(sessionId, { commandId: 'too-late', result: { status: 'ok' } })
  .catch((error) => error);
if (late instanceof RefusedError) console.log(`${late.refusal.code}: ${late.refusal.fix}`);
await connection.close();
