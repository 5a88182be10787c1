'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { useEffect, useRef } from 'react'
import { isCurrent } from '@/components/shell/nav-items'
import { usePrincipal } from '@/components/shell/use-principal'
import { cn } from '@/components/ui/cn'
import { type Action, refusal } from '@/lib/auth/permissions'

interface SettingsPage {
  href: string
  label: string
  /** Shown to those who may; without it, to everybody. */
  action?: Action
}

/** Every page of the settings, in the order of the tabs. */
export const settingsNav: readonly SettingsPage[] = [
  { href: '/settings/account', label: 'Account' },
  { href: '/settings/members', label: 'Members' },
  { href: '/settings/keys', label: 'API keys', action: 'key:read' },
  { href: '/settings/apps', label: 'Connected apps' },
  { href: '/settings/agents', label: 'Agents', action: 'workflow:read' },
  { href: '/settings/usage', label: 'Usage', action: 'run:read' },
  { href: '/settings/limits', label: 'Limits' },
  { href: '/settings/audit', label: 'Audit', action: 'audit:read' },
]

/** Those of them that the person may see. */
export function useSettingsPages(): readonly SettingsPage[] {
  const me = usePrincipal()
  return settingsNav.filter(({ action }) => !me || action === undefined || refusal(action, me) === null)
}

/** The tabs above every page of the settings. */
export function SettingsNav() {
  const pathname = usePathname()
  const pages = useSettingsPages()
  const list = useRef<HTMLUListElement>(null)
  const current = pages.findIndex(({ href }) => isCurrent(href, pathname))
  // On a phone the tabs are wider than the screen: the one that is open comes into sight.
  useEffect(() => {
    list.current?.children[current]?.scrollIntoView({ inline: 'center', block: 'nearest' })
  }, [current])
  return (
    <nav aria-label="Settings" className="border-b bg-card/40 px-4 md:px-8">
      <ul ref={list} className="mx-auto flex max-w-6xl gap-5 overflow-x-auto [scrollbar-width:none]">
        {pages.map(({ href, label }, index) => (
          <li key={href} className="shrink-0">
            <Link
              href={href}
              aria-current={index === current ? 'page' : undefined}
              className={cn(
                'flex h-11 items-center border-transparent border-b-2 font-medium text-muted-foreground text-sm transition-colors hover:text-foreground focus-visible:-outline-offset-2',
                'aria-[current=page]:border-primary aria-[current=page]:text-foreground',
              )}
            >
              {label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
