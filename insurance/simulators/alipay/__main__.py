from insurance.simulators.alipay.app import build
from insurance.simulators.process import serve

serve("insurance.simulators.alipay", build)
