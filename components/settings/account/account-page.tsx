'use client'

import { type ReactNode, useId } from 'react'
import { PageBody, PageHeader } from '@/components/shell/page-header'
import { usePrincipal } from '@/components/shell/use-principal'
import { OwnSessions } from './own-sessions'
import { OwnTeams } from './own-teams'
import { PasswordForm } from './password-form'

/** What belongs to the person and not to a team: password, sessions, and which teams they are in. */
export function AccountPage() {
  const me = usePrincipal()
  return (
    <PageBody className="max-w-6xl gap-8">
      <PageHeader title="Account" description={me ? `${me.name}${me.email ? `, ${me.email}` : ''}` : undefined} />
      <Section title="Teams" description="You work in one team at a time.">
        <OwnTeams />
      </Section>
      <Section title="Password" description="Changing it ends every other session of yours.">
        <PasswordForm />
      </Section>
      <Section title="Sessions" description="Where you are signed in. One that nobody used for a day has ended.">
        <OwnSessions />
      </Section>
    </PageBody>
  )
}

function Section({ title, description, children }: { title: string; description: string; children: ReactNode }) {
  const id = useId()
  return (
    <section
      aria-labelledby={id}
      className="grid gap-x-10 gap-y-3 border-t pt-6 lg:grid-cols-[16rem_minmax(0,1fr)] lg:items-start"
    >
      <div>
        <h2 id={id} className="font-semibold text-base">
          {title}
        </h2>
        <p className="mt-0.5 text-muted-foreground text-sm">{description}</p>
      </div>
      {children}
    </section>
  )
}
