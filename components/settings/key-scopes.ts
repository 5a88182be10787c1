import type { Scope } from '@/lib/auth/permissions'

/** What each scope lets a key do, in the order in which people meet them. */
export const SCOPE_WORDS: readonly { scope: Scope; label: string; explanation: string }[] = [
  { scope: 'workflows:read', label: 'Read workflows', explanation: 'List workflows, read drafts and versions.' },
  { scope: 'workflows:write', label: 'Edit workflows', explanation: 'Create, change and delete workflows.' },
  {
    scope: 'workflows:publish',
    label: 'Publish workflows',
    explanation: 'Publish versions and choose the active one.',
  },
  { scope: 'workflows:execute', label: 'Run workflows', explanation: 'Start runs of published workflows.' },
  {
    scope: 'runs:read',
    label: 'Read runs',
    explanation: 'Follow runs, their events, inputs and outputs; see approvals.',
  },
  { scope: 'runs:write', label: 'Control runs', explanation: 'Answer, pause, resume, stop and comment on runs.' },
  { scope: 'approvals:decide', label: 'Decide approvals', explanation: 'Approve and reject in your name.' },
  {
    scope: 'credentials:write',
    label: 'Write credentials',
    explanation: 'Store secrets that workflows use. They are never read back.',
  },
  {
    scope: 'admin',
    label: 'Everything',
    explanation: 'All of the above, API keys and the team. Only owners grant it.',
  },
]

/** Short ways to say what a key is for. */
export const KEY_PRESETS: readonly { name: string; scopes: readonly Scope[] }[] = [
  { name: 'Read only', scopes: ['workflows:read', 'runs:read'] },
  { name: 'Run workflows', scopes: ['workflows:read', 'workflows:execute', 'runs:read', 'runs:write'] },
  {
    name: 'Build and publish',
    scopes: ['workflows:read', 'workflows:write', 'workflows:publish', 'workflows:execute', 'runs:read', 'runs:write'],
  },
]

/** `Run workflows` for the scopes of a preset, otherwise the scopes in words. */
export function accessInWords(scopes: readonly Scope[]): string[] {
  if (scopes.includes('admin')) return ['Everything']
  const preset = KEY_PRESETS.find((each) => sameScopes(each.scopes, scopes))
  if (preset) return [preset.name]
  return SCOPE_WORDS.filter(({ scope }) => scopes.includes(scope)).map(({ label }) => label)
}

export function sameScopes(a: readonly Scope[], b: readonly Scope[]): boolean {
  return a.length === b.length && a.every((scope) => b.includes(scope))
}
