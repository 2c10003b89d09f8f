-- AlterEnum
ALTER TYPE "candidate_state" ADD VALUE 'stopped' AFTER 'completed';
