import { AcceleratorSchema } from '@espalier/contracts';
import { ACCELERATORS, type Accelerator } from '@espalier/energy-model';
import { NotFoundError } from '@espalier/store';
import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

@ApiTags('accelerators')
@Controller('v1/accelerators')
export class AcceleratorsController {
  @Get()
  @ApiOkResponse({
    standardSchema: z.strictObject({ items: z.array(AcceleratorSchema) }),
    description: 'The chips that are shipped.',
  })
  list(): { items: readonly Accelerator[] } {
    return { items: ACCELERATORS };
  }

  @Get(':name')
  @ApiOkResponse({ standardSchema: AcceleratorSchema, description: 'One chip.' })
  show(@Param('name') name: string): Accelerator {
    const found = ACCELERATORS.find((each) => each.name === name);
    if (!found)
      throw new NotFoundError('accelerator', name, `; there are: ${ACCELERATORS.map((each) => each.name).join(', ')}`);
    return found;
  }
}
