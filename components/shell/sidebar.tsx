'use client'

import { PanelLeftClose, PanelLeftOpen, Search } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { ApprovalsBadge } from '@/components/approvals/approvals-badge'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/cn'
import { Kbd } from '@/components/ui/kbd'
import { Tooltip } from '@/components/ui/tooltip'
import { Logo } from './logo'
import { isCurrent, mainNav, type NavItem, secondaryNav } from './nav-items'
import { useModKey } from './use-mod-key'
import { UserMenu } from './user-menu'

interface SidebarProps {
  collapsed: boolean
  onToggle: () => void
  onSearch: () => void
}

/** The navigation on a desk; phones have the bottom bar. */
export function Sidebar({ collapsed, onToggle, onSearch }: SidebarProps) {
  const modKey = useModKey()
  return (
    <aside
      aria-label="Navigation"
      className={cn(
        'sticky top-0 z-20 hidden h-dvh shrink-0 flex-col border-r bg-sidebar transition-[width] duration-150 md:flex',
        collapsed ? 'w-14' : 'w-58',
      )}
    >
      <div className={cn('flex h-14 items-center gap-2', collapsed ? 'justify-center' : 'justify-between pr-2 pl-3.5')}>
        {collapsed ? null : (
          <Link href="/workflows" className="flex items-center gap-2 rounded-md font-semibold text-base tracking-tight">
            <Logo />
            Countersign
          </Link>
        )}
        <Tooltip
          content={<Labelled label={collapsed ? 'Open the sidebar' : 'Fold the sidebar'} keys="[" />}
          side="right"
        >
          <Button
            variant="ghost"
            size="icon"
            aria-label={collapsed ? 'Open the sidebar' : 'Fold the sidebar'}
            aria-expanded={!collapsed}
            onClick={onToggle}
            className="group"
          >
            {collapsed ? (
              <>
                <Logo className="group-hover:hidden group-focus-visible:hidden" />
                <PanelLeftOpen aria-hidden className="hidden group-hover:block group-focus-visible:block" />
              </>
            ) : (
              <PanelLeftClose aria-hidden />
            )}
          </Button>
        </Tooltip>
      </div>

      <div className={cn('pb-3', collapsed ? 'px-2.5' : 'px-3')}>
        <Tooltip content={collapsed ? <Labelled label="Search" keys={`${modKey} K`} /> : null} side="right">
          <Button
            onClick={onSearch}
            aria-label="Search or jump to"
            className={cn('w-full text-muted-foreground', collapsed ? 'px-0' : 'justify-start pr-1.5 font-normal')}
          >
            <Search aria-hidden />
            {collapsed ? null : (
              <>
                <span className="flex-1 text-left">Search or jump to</span>
                <Kbd>{modKey} K</Kbd>
              </>
            )}
          </Button>
        </Tooltip>
      </div>

      <nav aria-label="Main" className={cn('flex flex-1 flex-col overflow-y-auto', collapsed ? 'px-2.5' : 'px-3')}>
        <ul className="grid gap-0.5">
          {mainNav.map((item) => (
            <NavLink key={item.href} item={item} collapsed={collapsed} />
          ))}
        </ul>
        <ul className="mt-auto grid gap-0.5 pb-2">
          {secondaryNav.map((item) => (
            <NavLink key={item.href} item={item} collapsed={collapsed} />
          ))}
        </ul>
      </nav>

      <div className={cn('border-t py-2', collapsed ? 'px-2' : 'px-2')}>
        <UserMenu collapsed={collapsed} />
      </div>
    </aside>
  )
}

function NavLink({ item, collapsed }: { item: NavItem; collapsed: boolean }) {
  const current = isCurrent(item.href, usePathname())
  const Icon = item.icon
  return (
    <li>
      <Tooltip content={<Labelled label={collapsed ? item.label : 'Go there'} keys={`g ${item.key}`} />} side="right">
        <Link
          href={item.href}
          aria-current={current ? 'page' : undefined}
          aria-label={collapsed ? item.label : undefined}
          className={cn(
            'relative flex h-8 items-center gap-2.5 rounded-md font-medium text-sm transition-colors',
            collapsed ? 'justify-center' : 'px-2.5',
            current
              ? 'bg-sidebar-active text-foreground'
              : 'text-muted-foreground hover:bg-accent hover:text-foreground',
          )}
        >
          <Icon aria-hidden className={cn('size-4 shrink-0', current && 'text-primary')} />
          {collapsed ? null : <span className="flex-1 truncate">{item.label}</span>}
          {item.approvals ? <ApprovalsBadge className={collapsed ? 'absolute -top-1 -right-1' : undefined} /> : null}
        </Link>
      </Tooltip>
    </li>
  )
}

function Labelled({ label, keys }: { label: string; keys: string }) {
  return (
    <>
      {label}
      <span className="font-normal opacity-70">{keys}</span>
    </>
  )
}
