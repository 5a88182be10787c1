import { BookOpen, type LucideIcon, Settings, ShieldCheck, SquareActivity, Workflow } from 'lucide-react'

export interface NavItem {
  href: string
  label: string
  icon: LucideIcon
  /** The second key after `g`. */
  key: string
  /** Shows how many approvals wait. */
  approvals?: boolean
}

/** What people do every day. */
export const mainNav: NavItem[] = [
  { href: '/workflows', label: 'Workflows', icon: Workflow, key: 'w' },
  { href: '/runs', label: 'Runs', icon: SquareActivity, key: 'r' },
  { href: '/approvals', label: 'Approvals', icon: ShieldCheck, key: 'a', approvals: true },
]

/** What they look up or set once. */
export const secondaryNav: NavItem[] = [
  { href: '/docs', label: 'API reference', icon: BookOpen, key: 'd' },
  { href: '/settings', label: 'Settings', icon: Settings, key: 's' },
]

/** `/workflows` is where `/workflows/abc` is, too. */
export function isCurrent(href: string, pathname: string): boolean {
  return pathname === href || pathname.startsWith(`${href}/`)
}
