import { prisma } from './client'
import type { Prisma } from './generated/client'

/** A flag or secret of this installation; null when it is not set. */
export async function readSetting(key: string): Promise<unknown> {
  const row = await prisma().setting.findUnique({ where: { key } })
  return row?.value ?? null
}

/** Sets or replaces it. */
export async function writeSetting(key: string, value: Prisma.InputJsonValue): Promise<void> {
  await prisma().setting.upsert({
    where: { key },
    create: { key, value },
    update: { value, updatedAt: new Date() },
  })
}
