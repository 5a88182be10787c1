import { toast } from '@/components/ui/toast'
import { useApiMutation } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'

/** Turns this session to another team and begins afresh there: nothing of the team before stays in memory. */
export function useSwitchTeam(): (teamId: string) => void {
  const turn = useApiMutation(contracts.switchTeam, {
    onSuccess: () => window.location.assign('/workflows'),
    onError: ({ message }) => toast.error(message),
  })
  return (teamId) => turn.mutate({ body: { team_id: teamId } })
}
