'use client'

import { ChevronsUpDown, Keyboard, LogOut, Monitor, Moon, Sun, UserRound, UsersRound } from 'lucide-react'
import Link from 'next/link'
import { signOut } from 'next-auth/react'
import { useTheme } from 'next-themes'
import { cn } from '@/components/ui/cn'
import {
  DropdownMenu,
  DropdownMenuCheckboxItem,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { Skeleton } from '@/components/ui/skeleton'
import type { Me } from '@/lib/api/contracts/keys'
import { usePrincipal } from './use-principal'
import { useCharacterShortcuts } from './use-shortcuts'
import { useSwitchTeam } from './use-switch-team'

/** Who is here, in which team; theme, shortcuts, sign out. */
export function UserMenu({ collapsed }: { collapsed: boolean }) {
  const me = usePrincipal()
  return (
    <DropdownMenu>
      <DropdownMenuTrigger
        aria-label={me ? `${me.name}, ${me.team.name}: account menu` : 'Account menu'}
        className={cn(
          'flex w-full items-center gap-2.5 rounded-md p-1.5 text-left transition-colors hover:bg-accent data-[state=open]:bg-accent',
          collapsed && 'justify-center',
        )}
      >
        <Avatar name={me?.name} />
        {collapsed ? null : (
          <>
            <span className="grid min-w-0 flex-1">
              {me ? (
                <>
                  <span className="truncate font-medium text-sm leading-4.5">{me.name}</span>
                  <span className="truncate text-muted-foreground text-xs">{me.team.name}</span>
                </>
              ) : (
                <>
                  <Skeleton className="my-0.5 h-3.5 w-24" />
                  <Skeleton className="my-0.5 h-3 w-16" />
                </>
              )}
            </span>
            <ChevronsUpDown aria-hidden className="size-4 shrink-0 text-subtle-foreground" />
          </>
        )}
      </DropdownMenuTrigger>
      <DropdownMenuContent side="top" align="start" className="w-60">
        {me ? (
          <>
            <div className="px-2 py-1.5">
              <p className="truncate font-medium">{me.name}</p>
              <p className="truncate text-muted-foreground text-xs">{me.email}</p>
              <p className="mt-1 truncate text-muted-foreground text-xs">
                {me.team.name} · <span className="capitalize">{me.role}</span>
              </p>
            </div>
            <DropdownMenuSeparator />
            <TeamItems me={me} />
          </>
        ) : null}
        <AccountItems />
      </DropdownMenuContent>
    </DropdownMenu>
  )
}

/** The teams to turn to, for who is in several. */
function TeamItems({ me }: { me: Me }) {
  const turnTo = useSwitchTeam()
  if (me.teams.length < 2) return null
  return (
    <>
      <DropdownMenuLabel>Team</DropdownMenuLabel>
      <DropdownMenuRadioGroup value={me.team.id} onValueChange={turnTo}>
        {me.teams.map(({ id, name }) => (
          <DropdownMenuRadioItem key={id} value={id} onSelect={(event) => event.preventDefault()}>
            <UsersRound aria-hidden className="text-muted-foreground" />
            <span className="truncate">{name}</span>
          </DropdownMenuRadioItem>
        ))}
      </DropdownMenuRadioGroup>
      <DropdownMenuSeparator />
    </>
  )
}

function AccountItems() {
  const { theme, setTheme } = useTheme()
  const [shortcuts, setShortcuts] = useCharacterShortcuts()
  return (
    <>
      <DropdownMenuLabel>Theme</DropdownMenuLabel>
      <DropdownMenuRadioGroup value={theme} onValueChange={setTheme}>
        {themes.map(({ value, label, icon: Icon }) => (
          <DropdownMenuRadioItem key={value} value={value} onSelect={(event) => event.preventDefault()}>
            <Icon aria-hidden className="text-muted-foreground" />
            {label}
          </DropdownMenuRadioItem>
        ))}
      </DropdownMenuRadioGroup>
      <DropdownMenuSeparator />
      <DropdownMenuCheckboxItem
        checked={shortcuts}
        onCheckedChange={setShortcuts}
        onSelect={(event) => event.preventDefault()}
      >
        <Keyboard aria-hidden className="text-muted-foreground" />
        Single-key shortcuts
      </DropdownMenuCheckboxItem>
      <DropdownMenuSeparator />
      <DropdownMenuItem asChild>
        <Link href="/settings/account">
          <UserRound aria-hidden />
          Account
        </Link>
      </DropdownMenuItem>
      <DropdownMenuItem onSelect={() => void signOut({ callbackUrl: '/sign-in' })}>
        <LogOut aria-hidden />
        Sign out
      </DropdownMenuItem>
    </>
  )
}

const themes = [
  { value: 'light', label: 'Light', icon: Sun },
  { value: 'dark', label: 'Dark', icon: Moon },
  { value: 'system', label: 'As the system', icon: Monitor },
] as const

export function Avatar({ name, className }: { name: string | undefined; className?: string }) {
  return (
    <span
      aria-hidden
      className={cn(
        'grid size-7 shrink-0 select-none place-items-center rounded-full bg-primary-soft font-semibold text-2xs text-primary uppercase',
        className,
      )}
    >
      {name ? initialsOf(name) : ''}
    </span>
  )
}

function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/)
  return words.length > 1 ? `${words[0]?.[0] ?? ''}${words.at(-1)?.[0] ?? ''}` : name.slice(0, 2)
}
