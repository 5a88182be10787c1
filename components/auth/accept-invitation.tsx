'use client'

import { Button } from '@/components/ui/button'
import { messageOf } from '@/lib/api/client/error'
import { useApiMutation } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import { FormAlert } from './form-alert'
import { useHydrated } from './use-hydrated'

/** One click for who is signed in already. */
export function AcceptInvitation({ token, teamName }: { token: string; teamName: string }) {
  const hydrated = useHydrated()
  const accept = useApiMutation(contracts.acceptInvitation, { onSuccess: () => window.location.assign('/') })
  return (
    <div className="grid gap-4">
      {accept.error ? <FormAlert>{messageOf(accept.error)}</FormAlert> : null}
      <Button
        variant="primary"
        size="lg"
        className="w-full"
        disabled={!hydrated}
        pending={accept.isPending || accept.isSuccess}
        onClick={() => accept.mutate({ body: { token } })}
      >
        Join {teamName}
      </Button>
    </div>
  )
}
