import { Module } from '@nestjs/common';
import { AcceleratorsController } from './accelerators/accelerators.controller.js';
import { CampaignResultsController } from './campaigns/campaign-results.controller.js';
import { CampaignsController } from './campaigns/campaigns.controller.js';
import { CampaignsService } from './campaigns/campaigns.service.js';
import { CandidatesController } from './candidates/candidates.controller.js';
import { ConnectionsModule } from './connections.js';
import { DataSetsController } from './data-sets/data-sets.controller.js';
import { HealthController } from './health/health.controller.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { TrainingsController } from './trainings/trainings.controller.js';
import { WorkersController } from './workers/workers.controller.js';

@Module({
  imports: [ConnectionsModule],
  controllers: [
    CampaignsController,
    CampaignResultsController,
    CandidatesController,
    AcceleratorsController,
    DataSetsController,
    TrainingsController,
    WorkersController,
    HealthController,
    MetricsController,
  ],
  providers: [CampaignsService],
})
export class AppModule {}
