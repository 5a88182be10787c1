import type { ReactNode } from 'react'
import { Wordmark } from '@/components/shell/logo'
import { RunPreview } from './run-preview'

export interface AuthPageProps {
  title: string
  description: ReactNode
  /** The form. */
  children: ReactNode
  /** Small print under the form. */
  note: ReactNode
}

/** The frame of the pages before sign-in: the form, and beside it what waits behind the door. */
export function AuthPage({ title, description, children, note }: AuthPageProps) {
  return (
    <div className="grid min-h-dvh lg:grid-cols-[minmax(26rem,1fr)_minmax(0,1.15fr)]">
      <main className="flex flex-col px-6 py-6 sm:px-10">
        <Wordmark />
        <div className="flex flex-1 items-center py-10">
          <div className="mx-auto w-full max-w-sm">
            <h1 className="font-semibold text-2xl tracking-tight">{title}</h1>
            <p className="mt-1.5 mb-7 text-balance text-base text-muted-foreground">{description}</p>
            {children}
            <p className="mt-6 text-muted-foreground text-sm">{note}</p>
          </div>
        </div>
      </main>
      <aside
        aria-hidden
        className="relative hidden overflow-hidden border-l bg-canvas [background-image:radial-gradient(var(--canvas-dot)_1px,transparent_1px)] [background-size:20px_20px] lg:grid lg:place-items-center"
      >
        <RunPreview />
      </aside>
    </div>
  )
}
