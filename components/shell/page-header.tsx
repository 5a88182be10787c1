import { ChevronRight } from 'lucide-react'
import Link from 'next/link'
import { Fragment, type ReactNode } from 'react'
import { cn } from '@/components/ui/cn'

export interface Crumb {
  label: ReactNode
  href: string
}

export interface PageHeaderProps {
  /** The h1 of the page. */
  title: ReactNode
  description?: ReactNode
  /** Where this page lies; the page itself is not among them. */
  breadcrumbs?: Crumb[]
  /** Beside the title, e.g. a status. */
  badge?: ReactNode
  actions?: ReactNode
  className?: string
}

/** Head of a page: where, what, and what can be done here. */
export function PageHeader({ title, description, breadcrumbs, badge, actions, className }: PageHeaderProps) {
  return (
    <header className={cn('flex flex-wrap items-start justify-between gap-x-6 gap-y-3', className)}>
      <div className="min-w-0 flex-1 basis-64">
        {breadcrumbs && breadcrumbs.length > 0 ? <Breadcrumbs items={breadcrumbs} /> : null}
        <div className="flex min-w-0 items-center gap-2.5">
          <h1 className="min-w-0 truncate font-semibold text-xl tracking-tight">{title}</h1>
          {badge}
        </div>
        {description ? <p className="mt-0.5 max-w-2xl text-muted-foreground text-sm">{description}</p> : null}
      </div>
      {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
    </header>
  )
}

/** Stands over the h1, which is the last of the way: no arrow leads from here to nowhere. */
export function Breadcrumbs({ items }: { items: Crumb[] }) {
  return (
    <nav aria-label="Breadcrumbs" className="mb-1 flex items-center gap-1 text-muted-foreground text-xs">
      {items.map((item, index) => (
        <Fragment key={item.href}>
          {index > 0 ? <ChevronRight aria-hidden className="size-3.5 text-subtle-foreground" /> : null}
          <Link href={item.href} className="max-w-48 truncate rounded-sm py-1 hover:text-foreground">
            {item.label}
          </Link>
        </Fragment>
      ))}
    </nav>
  )
}

/** The frame of an ordinary page: gutters and a readable width. Full-bleed pages (designer, run) do without. */
export function PageBody({ className, children }: { className?: string; children: ReactNode }) {
  return (
    <div className={cn('mx-auto flex w-full max-w-7xl flex-col gap-5 px-4 py-5 md:px-8 md:py-7', className)}>
      {children}
    </div>
  )
}
