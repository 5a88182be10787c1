import { Badge } from '@/components/ui/badge'
import { Tooltip } from '@/components/ui/tooltip'
import type { Scope } from '@/lib/auth/permissions'
import { accessInWords } from './key-scopes'

/** What a key may do in one or two words; its exact scopes on hover and focus. */
export function KeyAccess({ scopes }: { scopes: readonly Scope[] }) {
  const [first, ...more] = accessInWords(scopes)
  const text = more.length === 0 ? (first ?? 'Nothing') : `${first} and ${more.length} more`
  return (
    <Tooltip
      content={
        <span className="grid gap-0.5 font-mono">
          {scopes.map((scope) => (
            <span key={scope}>{scope}</span>
          ))}
        </span>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the exact scopes are one focus away, for the keyboard too */}
      <span tabIndex={0} className="inline-flex rounded-md">
        <Badge tone={scopes.includes('admin') ? 'primary' : 'neutral'}>{text}</Badge>
        <span className="sr-only">: {scopes.join(', ')}</span>
      </span>
    </Tooltip>
  )
}
