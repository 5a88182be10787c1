import { mcpRoutes } from '../../mcp/route'
import { healthRoutes } from './health'
import type { Route } from './route'
import { agentRoutes } from './routes/agents'
import { approvalRoutes } from './routes/approvals'
import { auditRoutes } from './routes/audit'
import { callbackRoutes } from './routes/callbacks'
import { commentRoutes } from './routes/comments'
import { eventRoutes } from './routes/events'
import { executeRoutes } from './routes/execute'
import { keyRoutes } from './routes/keys'
import { limitRoutes } from './routes/limits'
import { oauthRoutes } from './routes/oauth'
import { openApiRoutes } from './routes/openapi'
import { peopleRoutes } from './routes/people'
import { provenanceRoutes } from './routes/provenance'
import { runRoutes } from './routes/runs'
import { sampleRoutes } from './routes/samples'
import { usageRoutes } from './routes/usage'
import { workflowMoreRoutes } from './routes/workflow-more'
import { workflowRoutes } from './routes/workflows'

/** Every route of the product, for both mounts. */
export const routes: readonly Route[] = [
  ...workflowRoutes,
  ...workflowMoreRoutes,
  ...runRoutes,
  ...executeRoutes,
  ...provenanceRoutes,
  ...eventRoutes,
  ...commentRoutes,
  ...approvalRoutes,
  ...keyRoutes,
  ...peopleRoutes,
  ...limitRoutes,
  ...agentRoutes,
  ...auditRoutes,
  ...usageRoutes,
  ...mcpRoutes,
  ...oauthRoutes,
  ...healthRoutes,
  ...callbackRoutes,
  ...sampleRoutes,
  ...openApiRoutes,
]
