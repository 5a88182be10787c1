'use client'

import Link from 'next/link'
import { type FormEvent, useEffect, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Input } from '@/components/ui/input'
import { callApi } from '@/lib/api/client/call'
import { messageOf } from '@/lib/api/client/error'
import type { Me } from '@/lib/api/contracts/keys'
import { contracts } from '@/lib/api/contracts/routes'

/**
 * Who calls when an operation is tried out: a key that is pasted here, which is asked who it is before it is taken, or the
 * person who is signed in.
 */
export function KeyPicker({ apiKey, onChoose }: { apiKey: string | null; onChoose: (key: string | null) => void }) {
  const caller = useCaller(apiKey)
  const [problem, setProblem] = useState<string | null>(null)
  const [isChecking, setIsChecking] = useState(false)

  async function take(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = event.currentTarget
    const key = String(new FormData(form).get('key')).trim()
    if (key === '') return setProblem('Paste a key first.')
    setIsChecking(true)
    setProblem(null)
    try {
      await callApi(contracts.getMe, { headers: { 'x-api-key': key } })
      onChoose(key)
      form.reset()
    } catch (error) {
      setProblem(messageOf(error))
    } finally {
      setIsChecking(false)
    }
  }

  return (
    <section
      aria-label="Try it as"
      className="sticky top-0 z-10 flex flex-wrap items-center gap-x-4 gap-y-2 border-b bg-muted px-6 py-2.5 text-sm"
    >
      <p aria-live="polite" className="min-w-0 flex-1 basis-64">
        <Caller caller={caller} withKey={apiKey !== null} />
      </p>
      {apiKey === null ? (
        <form noValidate onSubmit={(event) => void take(event)} className="flex min-w-0 flex-wrap items-center gap-2">
          <label htmlFor="docs-key" className="font-medium">
            API key
          </label>
          <Input
            id="docs-key"
            name="key"
            type="password"
            autoComplete="off"
            placeholder="cs_live_…"
            aria-invalid={problem !== null}
            aria-describedby={problem === null ? undefined : 'docs-key-problem'}
            className="w-56 font-mono text-xs"
          />
          <Button type="submit" pending={isChecking}>
            Use this key
          </Button>
          <Link href="/settings/keys" className="underline underline-offset-4">
            Create one
          </Link>
        </form>
      ) : (
        <Button onClick={() => onChoose(null)}>Forget this key</Button>
      )}
      {problem === null ? null : (
        <p id="docs-key-problem" role="alert" className="w-full text-destructive dark:text-failure">
          {problem}
        </p>
      )}
    </section>
  )
}

type Asked = { me: Me } | { refusal: string } | undefined

/** Who the server says that this is. Asked by hand: a visitor without a session belongs here, and is not sent to sign in. */
function useCaller(apiKey: string | null): Asked {
  const [asked, setAsked] = useState<Asked>()
  useEffect(() => {
    const controller = new AbortController()
    const headers: Record<string, string> = apiKey === null ? {} : { 'x-api-key': apiKey }
    setAsked(undefined)
    callApi(contracts.getMe, { headers, signal: controller.signal })
      .then((me) => setAsked({ me }))
      .catch((error: unknown) => {
        if (!controller.signal.aborted) setAsked({ refusal: messageOf(error) })
      })
    return () => controller.abort()
  }, [apiKey])
  return asked
}

function Caller({ caller, withKey }: { caller: Asked; withKey: boolean }) {
  if (caller === undefined) return 'Asking who you are…'
  if ('refusal' in caller) {
    return withKey
      ? `The key is not taken: ${caller.refusal}`
      : 'Nobody is signed in: paste a key to try operations out.'
  }
  const { name, scopes, team } = caller.me
  return withKey ? (
    <>
      Operations are tried out with the <strong>{name}</strong> of {team.name} ({(scopes ?? []).join(', ')}), until this
      tab closes. They are real.
    </>
  ) : (
    <>
      Operations are tried out as you, <strong>{name}</strong> of {team.name}. They are real.
    </>
  )
}
