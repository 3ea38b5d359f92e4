import type { InboundItem } from '../api/client'

export type Outcome = NonNullable<InboundItem['outcome']>

export const outcomes: Outcome[] = [
  'INBOUND_OUTCOME_QUARANTINED',
  'INBOUND_OUTCOME_TICKETED',
  'INBOUND_OUTCOME_JOINED',
  'INBOUND_OUTCOME_REFUSED',
  'INBOUND_OUTCOME_DUPLICATE',
]
