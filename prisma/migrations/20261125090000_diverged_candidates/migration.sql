-- AlterEnum
ALTER TYPE "candidate_state" ADD VALUE 'diverged' AFTER 'completed';
