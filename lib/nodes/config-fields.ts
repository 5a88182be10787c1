import { z } from 'zod'
import type { NodeType } from './node-type'

/** The fields of a type's config, each with its schema; its `.meta()` says how it is edited and whether it is raw. */
export function configFields(type: Pick<NodeType, 'config'> | undefined): Record<string, z.ZodType> {
  return type?.config instanceof z.ZodObject ? type.config.shape : {}
}
