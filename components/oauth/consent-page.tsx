'use client'

import { Check, ShieldAlert } from 'lucide-react'
import { AuthPage } from '@/components/auth/auth-page'
import { FormAlert } from '@/components/auth/form-alert'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import { messageOf } from '@/lib/api/client/error'
import { useApi, useApiMutation } from '@/lib/api/client/query'
import {
  type AuthorizationQuery,
  authorizationQuerySchema,
  type Consent,
  oauthContracts,
} from '@/lib/api/contracts/oauth'

/** Asks a signed-in person whether a program may act for them, and says exactly what it may then do. */
export function ConsentPage({ person, query }: { person: string; query: Record<string, string> }) {
  const parsed = authorizationQuerySchema.safeParse(query)
  return (
    <AuthPage
      title="Let a program act for you"
      description={`You are signed in as ${person}.`}
      note="It never sees your password, and may never do more than you may."
    >
      {parsed.success ? <Ask query={parsed.data} /> : <FormAlert>{requestProblem(parsed.error.issues[0])}</FormAlert>}
    </AuthPage>
  )
}

function requestProblem(issue: { path: PropertyKey[]; message: string } | undefined): string {
  return `The program asked in a way that cannot be answered: ${String(issue?.path[0] ?? 'request')} ${issue?.message ?? ''}.`
}

function Ask({ query }: { query: AuthorizationQuery }) {
  const consent = useApi(oauthContracts.getConsent, { query })
  const decide = useApiMutation(oauthContracts.decideConsent, {
    onSuccess: ({ redirect_to }) => window.location.assign(redirect_to),
  })
  if (consent.error) return <FormAlert>{messageOf(consent.error)}</FormAlert>
  if (!consent.data) return <Skeleton className="h-64 w-full" />
  const isBusy = decide.isPending || decide.isSuccess
  const answer = (decision: 'allow' | 'deny') => decide.mutate({ body: { ...query, decision } })
  return (
    <div className="grid gap-5">
      <Asked consent={consent.data} />
      {decide.error ? <FormAlert>{messageOf(decide.error)}</FormAlert> : null}
      <div className="grid grid-cols-2 gap-2">
        <Button size="lg" disabled={isBusy} onClick={() => answer('deny')}>
          Deny
        </Button>
        <Button size="lg" variant="primary" pending={isBusy} onClick={() => answer('allow')}>
          Allow
        </Button>
      </div>
    </div>
  )
}

function Asked({ consent }: { consent: Consent }) {
  const { client, team, scopes } = consent
  return (
    <>
      <p className="text-base">
        <strong className="break-words font-semibold">{client.name}</strong>
        {client.described_by ? ` of ${client.described_by}` : ''} asks to act for you in{' '}
        <strong className="font-semibold">{team.name}</strong>. It may then:
      </p>
      <ul className="grid gap-2 rounded-lg border bg-card p-4">
        {scopes.map(({ scope, allows }) => (
          <li key={scope} className="flex items-start gap-2 text-base">
            <Check aria-hidden className="mt-0.5 size-4 shrink-0 text-success" />
            <span>{allows}</span>
          </li>
        ))}
      </ul>
      <p className="flex items-start gap-2 text-muted-foreground text-sm">
        <ShieldAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
        <span>
          You will be sent back to <code className="break-all">{client.redirect_host}</code>. Allow only if you began
          this yourself{client.described_by ? '' : '; the name is what the program calls itself'}.
        </span>
      </p>
    </>
  )
}
