// A service that runs a session over HTTP, with a key.
//
//   npm install specwright
//   SPECWRIGHT_API_KEY=$(specwright keys create --name service --role developer) SPECWRIGHT_URL=http://localhost:7300 \
//     npx tsx service-over-http.ts
//
// in a clone of the project's repository. Node 22.18 and newer run it without tsx.
import { createHttpClient, ProblemError } from 'specwright/http-client';
import { carryOut } from './carry-out.js';

const url = process.env['SPECWRIGHT_URL'] ?? 'http://localhost:7300';
const specwright = createHttpClient({ url, key: process.env['SPECWRIGHT_API_KEY'] ?? '' });

const { sessionId } = await specwright.startSession({
  sessionType: 'componentCoding',
  context: 'Billing',
  component: 'Money',
  // Clients carry out every command.
  executorQueue: null,
});

// Everything that happens, to the end of the session, also when the server is restarted meanwhile.
const watching = (async () => {
  for await (const { revision, type } of specwright.events(sessionId)) console.log(`  event ${revision} ${type}`);
})();

let { next, cursor } = await specwright.nextCommand(sessionId);
while (next.kind !== 'done' && !(next.kind === 'wait' && next.on === 'decision')) {
  if (next.kind === 'wait') {
    ({ next, cursor } = await specwright.nextCommand(sessionId, { after: cursor, waitMs: 20_000 }));
    continue;
  }
  const { command } = next;
  console.log(`${command.seq} ${command.title}`);
  const lease = await specwright.takeCommand(sessionId, { commandId: command.id, owner: 'a service', ttlMs: 60_000 });
  const report = { commandId: command.id, lease: lease.number, result: carryOut(command, '.') };
  // Repeated by itself when the network fails: the same report gets the first answer.
  const answer = await specwright.submitResult(sessionId, report);
  ({ next, cursor } = 'next' in answer ? { next: answer.next, cursor } : await specwright.nextCommand(sessionId));
}
if (next.kind === 'done') await watching;
console.log(`${sessionId} ${next.kind === 'done' ? next.status : 'waits for a decision'}`);

try {
  await specwright.getSession('no-such-session');
} catch (error) {
  if (error instanceof ProblemError) console.log(`${error.status} ${error.code}: ${error.fix}`);
}
