import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** Ids and the component's key, nothing else of the user's. */
export const SwAccount = defineSearchAttributeKey('SwAccount', SearchAttributeType.KEYWORD);
export const SwProject = defineSearchAttributeKey('SwProject', SearchAttributeType.KEYWORD);
export const SwSessionType = defineSearchAttributeKey('SwSessionType', SearchAttributeType.KEYWORD);
export const SwComponent = defineSearchAttributeKey('SwComponent', SearchAttributeType.KEYWORD);
/** Upserted only for lasting waits: client, decision, quota; `none` before, and when the session is closed. */
export const SwWaitingOn = defineSearchAttributeKey('SwWaitingOn', SearchAttributeType.KEYWORD);

export const SEARCH_ATTRIBUTE_NAMES = [
  'SwAccount',
  'SwProject',
  'SwSessionType',
  'SwComponent',
  'SwWaitingOn',
] as const;
