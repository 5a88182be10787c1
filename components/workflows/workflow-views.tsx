import { Code, PencilRuler, SquareActivity } from 'lucide-react'
import Link from 'next/link'
import { cn } from '@/components/ui/cn'

const VIEWS = [
  { id: 'designer', label: 'Designer', icon: PencilRuler, href: (id: string) => `/workflows/${id}` },
  { id: 'runs', label: 'Runs', icon: SquareActivity, href: (id: string) => `/runs?workflow=${id}` },
  { id: 'api', label: 'API', icon: Code, href: (id: string) => `/workflows/${id}/api` },
] as const

/** The ways to look at one workflow: each is a page of its own, so each has an address. */
export function WorkflowViews({
  workflowId,
  current,
  className,
}: {
  workflowId: string
  current: 'designer' | 'api'
  className?: string
}) {
  return (
    <nav
      aria-label="Views of this workflow"
      className={cn('flex items-center gap-0.5 rounded-lg bg-muted p-0.5', className)}
    >
      {VIEWS.map(({ id, label, icon: Icon, href }) => (
        <Link
          key={id}
          href={href(workflowId)}
          aria-current={id === current ? 'page' : undefined}
          className="inline-flex h-7 items-center gap-1.5 whitespace-nowrap rounded-md px-2 font-medium text-muted-foreground text-xs hover:text-foreground aria-[current=page]:bg-card aria-[current=page]:text-foreground aria-[current=page]:shadow-sm dark:aria-[current=page]:bg-accent"
        >
          <Icon aria-hidden className="size-3.5" />
          {label}
        </Link>
      ))}
    </nav>
  )
}
