from insurance.simulators.insurer.app import build
from insurance.simulators.process import serve

serve("insurance.simulators.insurer", build)
