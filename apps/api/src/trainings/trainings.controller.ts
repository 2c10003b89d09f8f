import {
  CheckpointReferenceSchema,
  RecordCheckpointSchema,
  TakeTrainingSchema,
  TrainingLeaseSchema,
  TrainingName,
  type CheckpointReference,
  type RecordCheckpoint,
  type TrainingLease,
} from '@espalier/contracts';
import { knownCheckpoints, recordCheckpoint, takeTraining, type Database } from '@espalier/store';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Put } from '@nestjs/common';
import { ApiConflictResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { DATABASE } from '../connections.js';

/**
 * Leases and checkpoints of trainings. The files are in the artifact store; this decides which
 * attempt may record them.
 */
@ApiTags('trainings')
@Controller('v1/trainings')
export class TrainingsController {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  @Post(':training/take')
  @HttpCode(200)
  @ApiOkResponse({
    standardSchema: TrainingLeaseSchema,
    description: 'The training is taken over: attempts that took it before can write no checkpoint of it any more.',
  })
  take(
    @Param('training', { schema: TrainingName }) training: string,
    @Body({ schema: TakeTrainingSchema }) { holder }: z.infer<typeof TakeTrainingSchema>,
  ): Promise<TrainingLease> {
    return takeTraining(this.database, training, holder);
  }

  @Get(':training/checkpoints')
  @ApiOkResponse({
    standardSchema: z.strictObject({ items: z.array(CheckpointReferenceSchema) }),
    description: 'The checkpoints of a training, in the order of epochs.',
  })
  async checkpoints(
    @Param('training', { schema: TrainingName }) training: string,
  ): Promise<{ items: CheckpointReference[] }> {
    return { items: await knownCheckpoints(this.database, training) };
  }

  @Put(':training/checkpoints/:epoch')
  @HttpCode(204)
  @ApiNoContentResponse({ description: 'Written.' })
  @ApiConflictResponse({ description: 'Another attempt has taken the training over.' })
  async record(
    @Param('training', { schema: TrainingName }) training: string,
    @Param('epoch', { schema: z.coerce.number().pipe(CheckpointReferenceSchema.shape.epoch) }) epoch: number,
    @Body({ schema: RecordCheckpointSchema }) checkpoint: RecordCheckpoint,
  ): Promise<void> {
    await recordCheckpoint(this.database, training, epoch, checkpoint);
  }
}
