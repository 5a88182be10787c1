'use client'

import { Ellipsis, LogOut, Monitor, Moon, Search, Sun } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { signOut } from 'next-auth/react'
import { useTheme } from 'next-themes'
import { useState } from 'react'
import { ApprovalsBadge } from '@/components/approvals/approvals-badge'
import { Button } from '@/components/ui/button'
import { Segmented } from '@/components/ui/segmented'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { Sheet, SheetContent } from '@/components/ui/sheet'
import { isCurrent, mainNav, secondaryNav } from './nav-items'
import { usePrincipal } from './use-principal'
import { useSwitchTeam } from './use-switch-team'
import { Avatar } from './user-menu'

const cell =
  'relative flex h-14 min-w-0 flex-col items-center justify-center gap-1 font-medium text-2xs text-muted-foreground aria-[current=page]:text-primary [&_svg]:size-5'

/** The navigation on a phone, under the thumb. */
export function BottomBar({ onSearch }: { onSearch: () => void }) {
  const pathname = usePathname()
  const [moreOpen, setMoreOpen] = useState(false)
  return (
    <>
      <nav
        aria-label="Main"
        className="fixed inset-x-0 bottom-0 z-30 grid grid-cols-5 border-t bg-sidebar pb-[env(safe-area-inset-bottom)] md:hidden"
      >
        {mainNav.map(({ href, label, icon: Icon, approvals }) => (
          <Link key={href} href={href} aria-current={isCurrent(href, pathname) ? 'page' : undefined} className={cell}>
            <Icon aria-hidden />
            {label}
            {approvals ? <ApprovalsBadge className="absolute top-1 left-1/2 ml-1.5" /> : null}
          </Link>
        ))}
        <button type="button" onClick={onSearch} className={cell}>
          <Search aria-hidden />
          Search
        </button>
        <button
          type="button"
          onClick={() => setMoreOpen(true)}
          aria-haspopup="dialog"
          aria-expanded={moreOpen}
          className={cell}
        >
          <Ellipsis aria-hidden />
          More
        </button>
      </nav>
      <Sheet open={moreOpen} onOpenChange={setMoreOpen}>
        <SheetContent side="bottom" title="More" hideTitle>
          <More onClose={() => setMoreOpen(false)} />
        </SheetContent>
      </Sheet>
    </>
  )
}

const themes = [
  { value: 'light', label: 'Light', icon: Sun },
  { value: 'dark', label: 'Dark', icon: Moon },
  { value: 'system', label: 'System', icon: Monitor },
] as const

function More({ onClose }: { onClose: () => void }) {
  const me = usePrincipal()
  const { theme, setTheme } = useTheme()
  const turnTo = useSwitchTeam()
  return (
    <div className="grid gap-4 p-4">
      <div className="flex items-center gap-3">
        <Avatar name={me?.name} className="size-9 text-xs" />
        <div className="min-w-0">
          <p className="truncate font-medium">{me?.name}</p>
          <p className="truncate text-muted-foreground text-xs">{me ? `${me.team.name} · ${me.role}` : ''}</p>
        </div>
      </div>
      {me && me.teams.length > 1 ? (
        <Select value={me.team.id} onValueChange={turnTo}>
          <SelectTrigger aria-label="Team" className="h-11 text-base">
            <SelectValue />
          </SelectTrigger>
          <SelectContent>
            {me.teams.map(({ id, name }) => (
              <SelectItem key={id} value={id}>
                {name}
              </SelectItem>
            ))}
          </SelectContent>
        </Select>
      ) : null}
      <ul className="grid">
        {secondaryNav.map(({ href, label, icon: Icon }) => (
          <li key={href}>
            <Link href={href} onClick={onClose} className="flex h-11 items-center gap-3 rounded-md px-1 text-base">
              <Icon aria-hidden className="size-5 text-muted-foreground" />
              {label}
            </Link>
          </li>
        ))}
      </ul>
      <Segmented
        label="Theme"
        value={theme === 'light' || theme === 'dark' ? theme : 'system'}
        onValueChange={setTheme}
        options={themes}
        className="w-full *:h-9"
      />
      <Button size="lg" onClick={() => void signOut({ callbackUrl: '/sign-in' })}>
        <LogOut aria-hidden />
        Sign out
      </Button>
    </div>
  )
}
