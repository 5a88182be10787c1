import type { AuditRecord } from '@/lib/api/contracts/audit'
import { AUDIT_ACTIONS, type AuditAction } from '@/lib/audit-actions'

const SUBJECT_WORDS: Record<string, string> = {
  team: 'The team',
  session: 'Signing in',
  password: 'Passwords',
  member: 'Members',
  invitation: 'Invitations',
  key: 'API keys',
  grant: 'Connected apps',
  agent: 'Agents',
  workflow: 'Workflows',
  run: 'Runs',
  approval: 'Approvals',
}

/** What actions are about: what stands before the dot. */
export const SUBJECTS: readonly { subject: string; words: string }[] = [
  ...new Set(Object.keys(AUDIT_ACTIONS).map((action) => action.split('.')[0] ?? '')),
].map((subject) => ({ subject, words: SUBJECT_WORDS[subject] ?? subject }))

/** An action in words; one of another version as it is. */
export function wordsOf({ action }: Pick<AuditRecord, 'action'>): string {
  return AUDIT_ACTIONS[action as AuditAction] ?? action
}

/** The name of what it was done to, where it is not the actor over again. */
export function targetOf({ actor, target }: Pick<AuditRecord, 'actor' | 'target'>): string {
  return target.type === 'session' && target.name === actor.name ? '' : target.name
}
