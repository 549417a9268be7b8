import { defaultPayloadConverter } from '@temporalio/common';
import type { Client } from '@temporalio/client';

export type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;
export type HistoryEvent = NonNullable<History['events']>[number];
type Payload = Parameters<typeof defaultPayloadConverter.fromPayload>[0];

/** How many runs a session had, over continue-as-new. */
export const runsOf = async (rig: { readonly temporal: Client }, sessionId: string): Promise<number> =>
  (await eventsOf(rig, sessionId)).filter((event) => event.workflowExecutionStartedEventAttributes).length;

/** The events of every run of a session, over continue-as-new, the first run's first. */
export async function eventsOf(
  { temporal }: { readonly temporal: Client },
  sessionId: string,
): Promise<HistoryEvent[]> {
  const eventsOfRun = async (runId?: string) =>
    (await temporal.workflow.getHandle(sessionId, runId).fetchHistory()).events ?? [];
  const newest = await eventsOfRun();
  const { firstExecutionRunId: first, originalExecutionRunId } = newest[0]!.workflowExecutionStartedEventAttributes!;
  const all: HistoryEvent[] = [];
  for (let runId = first; runId && runId !== originalExecutionRunId;) {
    const events = await eventsOfRun(runId);
    all.push(...events);
    runId = events.at(-1)!.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  return [...all, ...newest];
}

export interface ActivityEnd {
  readonly type: string;
  readonly result: unknown;
}

/** Reads events in order: what an activity's end says, local ones (markers) and regular ones alike; null for other events. */
export function activityEnds(): (event: HistoryEvent) => ActivityEnd | null {
  const types = new Map<string, string>();
  return (event) => {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled) types.set(String(event.eventId), scheduled.activityType!.name!);
    const marker = event.markerRecordedEventAttributes;
    if (marker?.markerName === 'core_local_activity' && !marker.failure) {
      const { activity_type: type } = valueOf(marker.details!['data']!.payloads![0]) as { activity_type: string };
      return { type, result: valueOf(marker.details!['result']!.payloads![0]) };
    }
    const completed = event.activityTaskCompletedEventAttributes;
    if (!completed) return null;
    const type = types.get(String(completed.scheduledEventId))!;
    return { type, result: valueOf(completed.result?.payloads?.[0]) };
  };
}

export const valueOf = (payload: Payload | null | undefined): unknown =>
  defaultPayloadConverter.fromPayload<unknown>(payload!);
