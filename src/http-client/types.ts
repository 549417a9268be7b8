import type { z } from 'zod';
import type * as access from '../schemas/http-access.js';
import type * as common from '../schemas/http-common.js';
import type * as doctor from '../schemas/http-doctor.js';
import type * as project from '../schemas/http-project.js';
import type * as sessions from '../schemas/http-sessions.js';
import type * as webhooks from '../schemas/http-webhooks.js';
import type * as work from '../schemas/http-work.js';

// What is sent and answered, by the very schemas the server checks with. Types alone: no schema comes along at run time.

export type { Next } from '../contract/messages.js';
export type { Command } from '../domain/command.js';
export type { OutputRef, Report, Result } from '../domain/result.js';

export type Problem = z.infer<typeof common.problemSchema>;

export type Me = z.infer<typeof access.meAnswer>;
export type KeyList = z.infer<typeof access.keyList>;
export type KeyRequest = z.input<typeof access.keyRequest>;
export type CreatedKey = z.infer<typeof access.createdKey>;
export type Member = z.infer<typeof access.memberAnswer>;
export type MemberList = z.infer<typeof access.memberList>;
export type MemberRequest = z.input<typeof access.memberRequest>;

/** As `specwright.yaml` says it; what has a default may be left out. */
export type ProjectContent = z.input<typeof project.projectBody>;
export type Project = z.infer<typeof project.projectBody>;
export type ApplyQuery = z.infer<typeof project.applyQuery>;
export type Applied = z.infer<typeof project.appliedAnswer>;
export type PartsQuery = z.infer<typeof project.partsQuery>;
export type ContextList = z.infer<typeof project.contextList>;
export type ComponentList = z.infer<typeof project.componentList>;
export type StoryList = z.infer<typeof project.storyList>;
export type RuleList = z.infer<typeof project.ruleList>;

export type StartRequest = z.input<typeof work.startRequest>;
export type Started = z.infer<typeof work.startAnswer>;
export type ListQuery = z.infer<typeof sessions.listQuery>;
export type SessionPage = z.infer<typeof sessions.sessionPage>;
export type Session = SessionPage['items'][number];
export type SessionDetail = z.infer<typeof sessions.sessionAnswer>;
export type SessionTree = z.infer<typeof sessions.sessionTree>;
export type InteractionList = z.infer<typeof sessions.interactionList>;
export type RejectedList = z.infer<typeof sessions.rejectedList>;
export type EventsQuery = z.infer<typeof sessions.eventsQuery>;
export type EventList = z.infer<typeof sessions.eventList>;
export type SessionEvent = EventList['items'][number];

export type CheckList = z.infer<typeof doctor.checkList>;
export type StuckQuery = z.infer<typeof doctor.stuckQuery>;
export type StuckPage = z.infer<typeof doctor.stuckPage>;

export type CommandQuery = z.infer<typeof sessions.commandQuery>;
export type Waited = z.infer<typeof sessions.waitedAnswer>;
export type TakeRequest = z.input<typeof work.takeRequest>;
export type RenewRequest = z.input<typeof work.heartbeatRequest>;
export type ReleaseQuery = z.infer<typeof work.releaseQuery>;
export type Lease = z.infer<typeof work.leaseAnswer>;
export type ResultsQuery = z.infer<typeof work.resultsQuery>;
export type ReportAnswer = z.infer<typeof sessions.reportAnswer>;
/** Handed over and sure to be judged; nobody waited for the verdict. */
export type Durable = z.infer<typeof work.durableAnswer>;
export type DecisionRequest = z.input<typeof work.decisionRequest>;
export type Decided = z.infer<typeof work.decisionAnswer>;
export type Mode = z.infer<typeof work.modeBody>;
export type CancelRequest = z.input<typeof work.cancelRequest>;
export type CancelRequested = z.infer<typeof work.cancelAnswer>;

export type UploadRequest = z.input<typeof work.uploadRequest>;
export type Upload = z.infer<typeof work.uploadAnswer>;

export type WebhookRequest = z.input<typeof webhooks.webhookRequest>;
export type WebhookChange = z.input<typeof webhooks.webhookChange>;
export type Webhook = z.infer<typeof webhooks.webhookAnswer>;
export type WebhookList = z.infer<typeof webhooks.webhookList>;
export type CreatedWebhook = z.infer<typeof webhooks.createdWebhook>;
export type DeliveriesQuery = z.infer<typeof webhooks.deliveriesQuery>;
export type DeliveryPage = z.infer<typeof webhooks.deliveryPage>;
export type Delivery = DeliveryPage['items'][number];
export type DeliveryDetail = z.infer<typeof webhooks.deliveryAnswer>;
