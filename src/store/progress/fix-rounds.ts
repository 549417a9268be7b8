/**
 * Of rows of `interactions`: a round of fixing begins where such a step follows another one. The same step again, after its
 * executor was lost or its agent failed, belongs to the round.
 */
export const BEGINS_FIX_ROUND = `step LIKE 'Fix%' AND status IN ('ok', 'warning', 'error')
  AND NOT EXISTS (SELECT FROM interactions before
                  WHERE before.account_id = interactions.account_id AND before.project_id = interactions.project_id
                    AND before.session_id = interactions.session_id AND before.seq = interactions.seq - 1
                    AND before.step = interactions.step AND before.status <> 'superseded')`;
