import { Ban, CircleCheck, ClockAlert, Hourglass } from 'lucide-react'
import { Badge } from '@/components/ui/badge'
import type { ApiKey } from '@/lib/api/contracts/keys'

const SOON_MS = 7 * 24 * 60 * 60 * 1000

export type KeyState = 'active' | 'ending' | 'expired' | 'revoked'

/** How a key stands at `nowMs`. The last two no longer work. */
export function keyState(key: Pick<ApiKey, 'revoked_at' | 'expires_at'>, nowMs: number): KeyState {
  if (key.revoked_at !== null) return 'revoked'
  if (key.expires_at === null) return 'active'
  const leftMs = Date.parse(key.expires_at) - nowMs
  return leftMs <= 0 ? 'expired' : leftMs < SOON_MS ? 'ending' : 'active'
}

export function isWorking(key: Pick<ApiKey, 'revoked_at' | 'expires_at'>, nowMs: number): boolean {
  const state = keyState(key, nowMs)
  return state === 'active' || state === 'ending'
}

const LOOKS = {
  active: { tone: 'success', icon: CircleCheck, word: 'Active' },
  ending: { tone: 'waiting', icon: Hourglass, word: 'Ends soon' },
  expired: { tone: 'cancelled', icon: ClockAlert, word: 'Expired' },
  revoked: { tone: 'cancelled', icon: Ban, word: 'Revoked' },
} as const

export function KeyStatus({ state }: { state: KeyState }) {
  const { tone, icon: Icon, word } = LOOKS[state]
  return (
    <Badge tone={tone}>
      <Icon aria-hidden />
      {word}
    </Badge>
  )
}
