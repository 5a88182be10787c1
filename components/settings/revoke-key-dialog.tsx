'use client'

import { ConfirmDialog } from '@/components/ui/alert-dialog'
import { toast } from '@/components/ui/toast'
import { useApiMutation } from '@/lib/api/client/query'
import type { ApiKey } from '@/lib/api/contracts/keys'
import { contracts } from '@/lib/api/contracts/routes'

/** Asks before a key is ended. `apiKey` undefined: closed. */
export function RevokeKeyDialog({ apiKey, onClose }: { apiKey: ApiKey | undefined; onClose: () => void }) {
  const revoke = useApiMutation(contracts.revokeKey, {
    invalidates: [contracts.listKeys],
    onSuccess: () => {
      toast.success('The key is revoked', { description: 'Calls with it are refused from now on.' })
      onClose()
    },
  })
  return (
    <ConfirmDialog
      open={apiKey !== undefined}
      onOpenChange={(open) => {
        if (open) return
        revoke.reset()
        onClose()
      }}
      title={`Revoke “${apiKey?.name ?? ''}”?`}
      description="Whatever calls with this key is refused within seconds, open event streams too. A revoked key cannot be brought back."
      confirmLabel="Revoke key"
      destructive
      pending={revoke.isPending}
      onConfirm={() => {
        if (apiKey) revoke.mutate({ params: { key_id: apiKey.id } })
      }}
    >
      {revoke.error ? (
        <p role="alert" className="text-failure text-sm">
          {revoke.error.message}
        </p>
      ) : null}
    </ConfirmDialog>
  )
}
